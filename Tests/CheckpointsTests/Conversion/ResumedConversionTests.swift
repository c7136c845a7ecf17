import Diagnostics
import Files
import Glibc
import Synchronization
import TensorCore
import TestSupport
import Testing

@testable import Checkpoints

/// Outputs that are gone on with: what an interrupted run left is put back, and the tensors that
/// are computed again are counted.
struct ResumedConversionTests {
  private let folder: TemporaryFolder
  private let computed = Computed()

  init() throws { folder = try TemporaryFolder() }

  /// The names of tensors in the order in which they were computed.
  private final class Computed: Sendable {
    private let list = Mutex<[String]>([])
    var names: [String] {
      get { list.withLock { $0 } }
      set { list.withLock { $0 = newValue } }
    }
    func add(_ name: String) { list.withLock { $0.append(name) } }
  }

  private static let names = ["a", "b", "c", "d", "e"]

  /// Five tensors, of which one keeps what lies on the disk and fails.
  private func checkpoint(failingAt failing: String? = nil) -> Checkpoint {
    let tensors = Self.names.enumerated().map { place, name in
      let bytes = [UInt8](repeating: UInt8(place + 1), count: 4 * 1000)
      return NamedTensor(
        name: name,
        content: .computed(
          ComputedTensor(.f32, .vector(1000), from: []) {
            [root = folder.root, computed] (sink) throws(Rejection) in
            computed.add(name)
            if name == failing {
              Self.keepPartial(root)
              throw Rejection(FileRules.inputOutput, "the power fails")
            }
            try sink(bytes.span.bytes)
          }))
    }
    return Checkpoint(format: "test", tensors: tensors, path: "")
  }

  private func options(_ key: String = "key", shards: Bool = false) -> ConversionOptions {
    var options = ConversionOptions()
    options.resumeKey = key
    options.overwrites = true
    if shards { options.maximumShardByteCount = 8000 }
    return options
  }

  /// Writes until a tensor fails, and leaves what a killed process would.
  private func interrupt(at name: String, _ options: ConversionOptions) {
    #expect(throws: Rejection.self) {
      _ = try checkpoint(failingAt: name).convert(to: folder.path("out"), options)
    }
    // A run that fails and lives leaves nothing.
    #expect(folder.names == ["kept"])
    restorePartial()
    computed.names = []
  }

  private func finish(_ options: ConversionOptions) throws -> [String] {
    _ = try checkpoint().convert(to: folder.path("out"), options)
    return computed.names
  }

  private func whole(_ options: ConversionOptions) throws -> [UInt8] {
    _ = try checkpoint().convert(to: folder.path("whole"), options)
    return try folder.bytes("whole")
  }

  @Test(arguments: names)
  func `a file is written on behind the tensors that are whole`(name: String) throws {
    interrupt(at: name, options())
    let place = try #require(Self.names.firstIndex(of: name))
    #expect(try finish(options()) == Array(Self.names[place...]))
    #expect(try folder.bytes("out") == whole(options()))
    #expect(folder.names == ["out", "whole"])
  }

  @Test func `a damaged tensor and those behind it are computed again`() throws {
    interrupt(at: "d", options())
    var bytes = try TemporaryFolder.bytes(of: folder.path(".out.partial"))
    bytes[bytes.count - 6000] ^= 1
    try folder.write(".out.partial", bytes)
    #expect(try finish(options()) == ["b", "c", "d", "e"])
    #expect(try folder.bytes("out") == whole(options()))
  }

  @Test func `another output begins at its beginning`() throws {
    interrupt(at: "d", options())
    #expect(try finish(options("another")) == Self.names)
  }

  @Test func `half a line of a journal counts for nothing`() throws {
    interrupt(at: "d", options())
    let journal = try TemporaryFolder.bytes(of: folder.path(".out.journal"))
    try folder.write(".out.journal", Array(journal.dropLast(3)))
    #expect(try finish(options()) == ["c", "d", "e"])
  }

  @Test func `shards that are whole stay`() throws {
    interrupt(at: "d", options(shards: true))
    #expect(try finish(options(shards: true)) == ["d", "e"])
    let read = try Checkpoint.open(folder.path("out"))
    for (name, tensor) in zip(Self.names, read.tensors) {
      var bytes: [UInt8] = []
      try tensor.content.forEachChunk { bytes += $0.copied() }
      #expect(tensor.name == name)
      #expect(bytes == [UInt8](repeating: bytes[0], count: 4000), "\(name)")
    }
    let all = folder.names(in: "out")
    #expect(all.count == 4 && !all.contains { $0.hasPrefix(".") })
  }
}

extension ResumedConversionTests {
  /// Keeps what an output has so far under another name: a process that goes on removes it.
  private static func keepPartial(_ root: String) {
    system("cd \(root) && mkdir kept && cp -a .out.* kept")
  }

  /// Puts it back.
  private func restorePartial() {
    system("cd \(folder.root) && rm -rf .out.* && mv kept/.out.* . && rmdir kept")
  }
}
