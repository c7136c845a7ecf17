internal import Archives
internal import ByteCodecs
internal import Checkpoints
internal import Diagnostics
internal import Pickle

extension FuzzEntry {
  /// Symbols of every verdict.
  static func runPickle(_ bytes: RawSpan) {
    var audit = Audit(leniency: leniency)
    let graph = try? PickleMachine.run(bytes, policy: verdict, audit: &audit)
    try? graph?.requireEnd(of: bytes, audit: &audit)
  }

  private static func verdict(_ symbol: Symbol) -> SymbolVerdict {
    switch symbol.module {
    case "collections", "torch._utils", "numpy": .callable
    case "torch": .constant
    case "torch.nn.modules.linear": .instance
    default: .unknown
    }
  }

  static func unpackZip(_ bytes: RawSpan) {
    var audit = Audit(leniency: leniency)
    guard let archive = try? ZipArchive(parsing: bytes, audit: &audit) else { return }
    for entry in archive.entries { try? archive.verify(entry, in: bytes, audit: &audit) }
  }

  /// `extracting` traps where a member reaches beyond the archive, which is what is to be found.
  static func readTar(_ bytes: RawSpan) {
    var audit = Audit(leniency: leniency)
    guard let archive = try? TarArchive(parsing: bytes, audit: &audit) else { return }
    for entry in archive.entries { _ = bytes.extracting(entry.dataRange) }
  }

  /// Limits small enough for many runs a second; the ratio still catches what grows without bound.
  static func decode(_ bytes: RawSpan) {
    var limits = DecodeLimits()
    limits.maximumOutput = 16 << 20
    limits.unquestionedOutput = 1 << 20
    limits.windowLimit = 16 << 20
    limits.memoryLimit = 64 << 20
    if let step = try? Unwrapping.nextStep(bytes, depth: 0) {
      try? Unwrapping.apply(step, bytes, limits: limits) { _ in }
    }
    for codec in ByteCodecs.all { try? codec.decode(bytes, limits: limits) { _ in } }
    _ = try? PerGroupContainer.parse(bytes)
  }
}
