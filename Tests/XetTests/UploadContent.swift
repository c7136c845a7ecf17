import TestSupport

/// The files that were uploaded for the fixtures: the formulas of Fixtures/generate/xet_uploads.py.
enum UploadContent {
  static func bytes(of file: String) -> [UInt8] {
    switch file {
    case "byte": [0x42]
    case "small": noise(1, 7168)
    case "noise": noise(2, 102_400)
    case "layer": weights(3, 40_000)
    case "tail1": weights(5, 8001)
    case "tail2": weights(6, 8002)
    case "tail3": weights(7, 8003)
    case "weights": weights(8, 1 << 20)
    case "log": log(60_000)
    case "long-log": log(3_000_000)
    case "zeros": [UInt8](repeating: 0, count: 300_000)
    case "first": noise(9, 400_000)
    case "second": noise(9, 200_000) + noise(10, 200_000)
    default: []
    }
  }

  /// The generator's numbers as little-endian bytes.
  private static func noise(_ seed: UInt64, _ count: Int) -> [UInt8] {
    var random = SplitMix(state: seed)
    let numbers = (0..<(count / 8 + 1)).map { _ in random.next().littleEndian }
    return numbers.withUnsafeBytes { Array($0[..<count]) }
  }

  /// float32 between -1/2 and 1/2.
  private static func weights(_ seed: UInt64, _ count: Int) -> [UInt8] {
    var random = SplitMix(state: seed)
    let numbers = (0..<(count / 4 + 1)).map { _ in
      (Float(random.next() >> 40) / 0x1p24 - 0.5).bitPattern.littleEndian
    }
    return numbers.withUnsafeBytes { Array($0[..<count]) }
  }

  /// Lines of a training log.
  private static func log(_ count: Int) -> [UInt8] {
    var lines: [UInt8] = []
    var step = 0
    while lines.count < count {
      lines += "step \(step) loss \(step * step % 9973)\n".utf8
      step += 1
    }
    return Array(lines[..<count])
  }
}
