internal import Checkpoints
internal import Diagnostics
internal import TensorCore

extension FuzzEntry {
  /// Checksums are not compared, so that mutations reach what lies behind them.
  static func readArtifact(_ bytes: RawSpan) {
    var audit = Audit(leniency: leniency)
    let input = CheckpointInput(path: "artifact", storage: Storage(bytes.copied()))
    guard let checkpoint = try? ArtifactFormat.open(input, audit: &audit) else { return }
    for tensor in checkpoint.tensors {
      guard case .coded(let coded) = tensor.content, coded.componentByteCount < 1 << 22 else {
        continue
      }
      guard let content = try? coded.resolved() else { continue }
      precondition(content.dtype == tensor.dtype, "a tensor changed its type")
      // Codes that claim a huge shape are refused by the encoding; what is left is as large as they.
      var count = 0
      try? content.forEachChunk { count += $0.byteCount }
      precondition(count <= tensor.decodedByteCount, "a tensor has more bytes than its shape")
    }
  }
}
