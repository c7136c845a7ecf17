import Checkpoints
import Diagnostics
import TestSupport
import Testing

/// No byte of a file can make the reader trap: it opens the file or says what is wrong with it.
struct DamageTests {
  static let inputs = [
    "pytorch/accepts/bare.pt", "pytorch/accepts/legacy.pt", "pytorch/accepts/tar.pt",
    "pytorch/accepts/per-channel-32.pt", "golf/accepts/d-ternary-base3-xz/artifact",
    "golf/accepts/h-numpy-pickle-zlib/artifact", "golf/accepts/i-npz-deflated/artifact",
    "safetensors/identity/05.safetensors", "pytorch/accepts/pickled-tensor.pkl",
  ]
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Opens bytes and reads everything in them.
  private func readAll(_ bytes: [UInt8]) throws {
    try folder.write("damaged", bytes)
    do throws(Rejection) {
      for tensor in try Checkpoint.open(folder.path("damaged")).tensors {
        try tensor.content.forEachChunk { _ throws(Rejection) in }
      }
    } catch {
      // Every complaint names its rule.
      #expect(!error.rule.id.isEmpty)
    }
  }

  @Test(arguments: inputs)
  func `a byte that is turned is survived`(name: String) throws {
    let original = try Fixtures.bytes(name)
    try turnBytes(of: original, step: max(7, original.count / 150))
  }

  private func turnBytes(of original: [UInt8], step: Int) throws {
    for position in stride(from: 0, to: original.count, by: step) {
      var bytes = original
      bytes[position] ^= UInt8(truncatingIfNeeded: 1 << (position % 8) | 0x80)
      try readAll(bytes)
    }
  }

  @Test(arguments: [
    "pytorch/accepts/per-channel-32.pt", "golf/accepts/d-ternary-base3-xz/artifact",
    "golf/accepts/b2-gate-lqer-bshf5-stride-4/artifact",
  ])
  func `a digit, a letter or a bracket that changes in the notes of codes is survived`(
    name: String
  ) throws {
    var options = ConversionOptions()
    options.codes = .keep
    _ = try Checkpoint.open(Fixtures.path(name)).convert(to: folder.path("kept"), options)
    let original = try folder.bytes("kept")
    let header = 8 + original[..<3].reversed().reduce(0) { $0 << 8 | Int($1) }
    for position in stride(from: 8, to: header, by: max(3, header / 200)) {
      var bytes = original
      // Mostly still JSON: what the notes say is then wrong, not how.
      bytes[position] = bytes[position] ^ 1
      try readAll(bytes)
      bytes[position] = UInt8(ascii: "9")
      try readAll(bytes)
    }
  }

  @Test(arguments: inputs)
  func `a file that is cut off is survived`(name: String) throws {
    let original = try Fixtures.bytes(name)
    let step = max(11, original.count / 100)
    for count in stride(from: 0, to: original.count, by: step) {
      try readAll(Array(original[..<count]))
    }
  }

  @Test(arguments: inputs)
  func `a byte that is doubled is survived`(name: String) throws {
    let original = try Fixtures.bytes(name)
    let step = max(13, original.count / 60)
    for position in stride(from: 0, to: original.count, by: step) {
      var bytes = original
      bytes.insert(bytes[position], at: position)
      try readAll(bytes)
    }
  }
}
