internal import Diagnostics

/// Decodes the blocks of lrzip's streams within what the whole file may cost.
struct BlockReader {
  private enum Kind {
    static let stored: UInt8 = 3
    static let zpaq: UInt8 = 8
    static let names: [UInt8: String] = [4: "bzip2", 5: "lzo", 6: "lzma", 7: "gzip"]
  }

  /// Every ZPAQ block sets up its model anew, so small blocks are limited in number.
  private static let unquestionedModels = 8
  private static let outputPerModel = 1 << 16
  /// ZPAQ decodes a few hundred kilobytes per second: its input must be worth the time. Real runs
  /// of equal bytes never reach it, because rzip turns them into matches first.
  private static let unquestionedOutput = 1 << 17
  private static let maximumRatio = 200

  private let outputCount: Int
  private let limits: DecodeLimits
  private var modelsLeft: Int
  private var modeledOutputLeft: Int

  init(inputCount: Int, outputCount: Int, limits: DecodeLimits) {
    self.outputCount = outputCount
    self.limits = limits
    modelsLeft = Self.unquestionedModels + outputCount / Self.outputPerModel
    let (worthwhile, overflow) = inputCount.multipliedReportingOverflow(by: Self.maximumRatio)
    modeledOutputLeft = overflow ? .max : max(Self.unquestionedOutput, worthwhile)
  }

  /// The decoded content of one stream's blocks, joined.
  mutating func content(
    of blocks: [LrzipBlock], in bytes: RawSpan
  ) throws(Rejection) -> [UInt8] {
    var content: [UInt8] = []
    for block in blocks {
      try admit(block, after: content.count)
      let data = bytes.extracting(block.data)
      do throws(Rejection) {
        switch block.kind {
        case Kind.stored: unsafe data.withUnsafeBytes { unsafe content.append(contentsOf: $0) }
        default: content += try model(data, outputCount: block.outputCount)
        }
      } catch { throw error.inside(Place(offset: block.data.lowerBound)) }
    }
    return content
  }

  private mutating func model(
    _ data: RawSpan, outputCount: Int
  ) throws(Rejection) -> [UInt8] {
    modelsLeft -= 1
    guard modelsLeft >= 0, outputCount <= modeledOutputLeft else {
      throw Rejection(ByteCodecRules.bomb, "decoding the ZPAQ blocks would take too long")
    }
    modeledOutputLeft -= outputCount
    return try ZPAQBlock.decode(data, outputCount: outputCount, memoryLimit: limits.memoryLimit)
  }

  private func admit(_ block: LrzipBlock, after count: Int) throws(Rejection) {
    let place = Place(offset: block.data.lowerBound)
    guard block.kind == Kind.stored || block.kind == Kind.zpaq else {
      let name = Kind.names[block.kind] ?? "kind \(block.kind)"
      throw Rejection(
        ByteCodecRules.unknownScheme, "lrzip block compressed with \(name)", at: place)
    }
    guard block.kind == Kind.zpaq || block.outputCount == block.data.count else {
      throw Rejection(
        ByteCodecRules.sizeLie,
        "stored lrzip block of \(block.data.count) bytes announces \(block.outputCount)", at: place)
    }
    guard block.outputCount <= Self.streamLimit(outputCount: outputCount) - count else {
      throw Rejection(
        ByteCodecRules.sizeLie,
        "lrzip block decodes to more than an output of \(outputCount) needs",
        at: place)
    }
  }

  /// No command is longer than 11 bytes, and each but the last of a chunk makes output.
  private static func streamLimit(outputCount: Int) -> Int {
    let (bytes, overflow) = outputCount.addingReportingOverflow(1)
    let (product, tooLarge) = bytes.multipliedReportingOverflow(by: 11)
    return overflow || tooLarge ? .max : product
  }
}
