internal import Diagnostics
internal import Xet

extension FuzzEntry {
  /// What is looked at must be what was hashed, and the same chunks written again have its hash.
  static func rewriteXorb(_ bytes: RawSpan) {
    var writer = XorbWriter()
    var seen = 0
    let looked = try? Xorb(parsing: bytes) { (chunk, _) throws(Rejection) in
      seen += 1
      _ = writer.append(chunk)
    }
    guard let xorb = looked else { return }
    precondition(seen == xorb.chunks.count, "a chunk was not looked at")
    let written = writer.bytes
    let again = try? Xorb(parsing: written.span.bytes)
    precondition(again?.chunks == writer.xorb.chunks, "what was written is something else")
    precondition(again?.hash == xorb.hash, "the same chunks have another hash")
  }

  static func rewriteXetShard(_ bytes: RawSpan) {
    guard let shard = try? Shard(parsing: bytes) else { return }
    let written = shard.bytes
    let again = try? Shard(parsing: written.span.bytes)
    precondition(again == shard, "what was written is something else")
  }
}
