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
    "safetensors/identity/05.safetensors",
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
    let step = max(7, original.count / 150)
    for position in stride(from: 0, to: original.count, by: step) {
      var bytes = original
      bytes[position] ^= UInt8(truncatingIfNeeded: 1 << (position % 8) | 0x80)
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
