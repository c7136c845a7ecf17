internal import Archives
internal import Diagnostics
internal import EntropyCoding
internal import TensorCore

/// Codes tensors, small ones on several threads, and writes them in the order in which they were
/// added.
final class ArtifactTensorWriter {
  /// Tensors of more bytes than this are read as they are coded, one at a time.
  private static let mostWaitingBytes = 1 << 22
  /// More tensors than this are never held at once, whatever the machine.
  private static let mostWaiting = 8

  private typealias Coded = Result<[(ComponentDescription, [[UInt8]])], Rejection>
  private struct Waiting {
    let draft: TensorDraft
    let checksum: UInt32
    let coded: BackgroundTask<Coded>
  }

  private var directory: ArtifactDirectoryWriter
  private let sink: ChunkSink
  private var waiting: [Waiting] = []

  /// A writer that gives chunks to `sink`.
  init(_ directory: ArtifactDirectoryWriter, _ sink: @escaping ChunkSink) {
    self.directory = directory
    self.sink = sink
  }

  deinit {
    // A thread that is left behind would work on for nobody.
    for tensor in waiting { _ = tensor.coded.join() }
  }

  /// Adds a tensor, which is read before this returns.
  func add(_ draft: TensorDraft) throws(Rejection) {
    guard draft.byteCount <= Self.mostWaitingBytes else {
      try writeWaiting(downTo: 0)
      return try stream(draft)
    }
    var crc = CRC32()
    var parts: [(ComponentEncoder, [UInt8])] = []
    for part in draft.parts {
      var bytes: [UInt8] = []
      try part.source { (chunk) throws(Rejection) in
        crc.update(chunk)
        unsafe chunk.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
      }
      parts.append((part.encoder, bytes))
    }
    let task = BackgroundTask { [parts] () -> Coded in
      do throws(Rejection) {
        return .success(try parts.map { (part) throws(Rejection) in try part.0.encode(part.1) })
      } catch {
        return .failure(error)
      }
    }
    waiting.append(Waiting(draft: draft, checksum: crc.value, coded: task))
    try writeWaiting(downTo: min(MachineBudget.threadCount, Self.mostWaiting) - 1)
  }

  /// Writes what waits and gives the directory and what stands behind it.
  func finish() throws(Rejection) -> [UInt8] {
    try writeWaiting(downTo: 0)
    return directory.finish()
  }

  private func writeWaiting(downTo count: Int) throws(Rejection) {
    while waiting.count > count {
      let tensor = waiting.removeFirst()
      let parts = try tensor.coded.join().get()
      for (_, chunks) in parts {
        for chunk in chunks { try sink(chunk) }
      }
      directory.add(tensor.draft, parts.map(\.0), checksum: tensor.checksum)
    }
  }

  private func stream(_ draft: TensorDraft) throws(Rejection) {
    let checksum = Checksum()
    var descriptions: [ComponentDescription] = []
    for part in draft.parts {
      descriptions.append(try part.encoder.encode(checksum.following(part.source), sink))
    }
    directory.add(draft, descriptions, checksum: checksum.value)
  }
}

/// The checksum of what sources give, one after another, each as often as it is read.
private final class Checksum {
  private var crc = CRC32()
  var value: UInt32 { crc.value }

  /// The source, whose bytes count behind those of the sources before.
  func following(_ source: @escaping ComponentSource) -> ComponentSource {
    { [self, before = crc] (body) throws(Rejection) in
      crc = before
      try source { (chunk) throws(Rejection) in
        crc.update(chunk)
        try body(chunk)
      }
    }
  }
}
