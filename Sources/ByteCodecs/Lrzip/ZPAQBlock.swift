internal import CZPAQ
internal import Diagnostics
internal import Glibc

/// A ZPAQ block as lrzip writes it: one unnamed segment, modeled, without post-processing.
enum ZPAQBlock {
  private static let magic: [UInt8] = [0x7a, 0x50, 0x51]
  private static let modelOffset = 7
  private static let segmentStart: UInt8 = 1
  private static let endWithoutDigest: [UInt8] = [0xfe, 0xff]

  /// The decoded bytes, exactly `outputCount` of them, from exactly one block.
  static func decode(
    _ bytes: RawSpan, outputCount: Int, memoryLimit: Int
  ) throws(Rejection) -> [UInt8] {
    let modelEnd = try modelEnd(in: bytes)
    let dataStart = try dataStart(in: bytes, after: modelEnd)
    let model = bytes.extracting(modelOffset..<modelEnd)
    let memory = try ModelMemory(for: model, limit: memoryLimit)
    var output = [UInt8](repeating: 0, count: outputCount)
    let progress = run(model, bytes.extracting(dataStart...), memory, into: &output)
    try check(progress, outputCount: outputCount)
    let end = dataStart + progress.dataUsed
    guard bytes.hasBytes(endWithoutDigest, at: end) else {
      throw damage("the ZPAQ block does not end after its segment")
    }
    try refuseTrailingBytes(of: bytes, after: end + endWithoutDigest.count, codec: "ZPAQ")
    return output
  }

  private static func modelEnd(in bytes: RawSpan) throws(Rejection) -> Int {
    guard bytes.hasBytes(magic), let level = bytes.byte(at: 3), let kind = bytes.byte(at: 4),
      let modelCount = bytes.number(at: 5, width: 2), modelCount <= bytes.byteCount - modelOffset
    else { throw damage("the ZPAQ block has no complete header") }
    guard (1...2).contains(level), kind == 1 else {
      throw Rejection(
        ByteCodecRules.unknownScheme, "ZPAQ block of level \(level) and kind \(kind)")
    }
    return modelOffset + modelCount
  }

  /// Skips the segment's file name and comment, which lrzip leaves empty, and a reserved byte.
  private static func dataStart(
    in bytes: RawSpan, after modelEnd: Int
  ) throws(Rejection) -> Int {
    guard bytes.hasBytes([segmentStart, 0, 0, 0], at: modelEnd) else {
      throw damage("the ZPAQ segment has no valid header")
    }
    return modelEnd + 4
  }

  private struct Progress {
    var status: Int
    var dataUsed: Int
    var outputUsed: Int
  }

  private static func run(
    _ model: RawSpan, _ data: RawSpan, _ memory: borrowing ModelMemory,
    into output: inout [UInt8]
  ) -> Progress {
    var (dataUsed, outputUsed) = (0, 0)
    let room = output.count
    // The decoder is C for speed; it writes only within the counts that it is given.
    let status = unsafe model.withUnsafeBytes { header in
      unsafe data.withUnsafeBytes { data in
        unsafe output.withUnsafeMutableBufferPointer { output in
          unsafe zpaq_decode(
            header.bindMemory(to: UInt8.self).baseAddress, header.count, ZPAQTables.shared.pointer,
            memory.pointer, data.bindMemory(to: UInt8.self).baseAddress, data.count, &dataUsed,
            output.baseAddress, room, &outputUsed)
        }
      }
    }
    return Progress(status: Int(status), dataUsed: dataUsed, outputUsed: outputUsed)
  }

  private static func check(_ progress: Progress, outputCount: Int) throws(Rejection) {
    switch progress.status {
    case Int(ZPAQ_OK) where progress.outputUsed == outputCount: return
    case Int(ZPAQ_OK):
      throw Rejection(
        ByteCodecRules.sizeLie,
        "ZPAQ block decodes to \(progress.outputUsed) bytes instead of \(outputCount)")
    case Int(ZPAQ_OVERFLOW):
      throw Rejection(
        ByteCodecRules.sizeLie, "ZPAQ block decodes to more than \(outputCount) bytes")
    case Int(ZPAQ_PROGRAM):
      throw damage("the program in the ZPAQ block is invalid, endless or asks for post-processing")
    default: throw damage("the coded data of the ZPAQ block are damaged")
    }
  }

  fileprivate static func damage(_ message: String) -> Rejection {
    Rejection(ByteCodecRules.damaged, message)
  }
}

/// The zeroed memory of one model.
@safe private struct ModelMemory: ~Copyable {
  let pointer: UnsafeMutableRawPointer
  private let count: Int

  init(for model: RawSpan, limit: Int) throws(Rejection) {
    let size = unsafe model.withUnsafeBytes {
      unsafe zpaq_memory_size($0.bindMemory(to: UInt8.self).baseAddress, $0.count)
    }
    guard size > 0 else { throw ZPAQBlock.damage("the ZPAQ block has no usable model") }
    guard let count = Int(exactly: size), count <= limit, let pointer = unsafe Self.map(count)
    else {
      throw Rejection(
        ByteCodecRules.bomb, "the ZPAQ model needs \(size) bytes of memory; \(limit) are allowed")
    }
    self.count = count
    unsafe self.pointer = unsafe pointer
  }

  /// Zeroed pages, huge where the system has them: the model touches its tables at random, and
  /// small pages cost a fifth of the speed.
  private static func map(_ count: Int) -> UnsafeMutableRawPointer? {
    let pointer = unsafe mmap(
      nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard unsafe pointer != MAP_FAILED else { return nil }
    unsafe madvise(pointer, count, MADV_HUGEPAGE)
    return unsafe pointer
  }

  deinit { unsafe munmap(pointer, count) }
}
