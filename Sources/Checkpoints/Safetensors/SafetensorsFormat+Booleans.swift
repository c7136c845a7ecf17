public import Diagnostics
internal import TensorCore

extension SafetensorsFormat {
  /// Enforces S20: every byte of every BOOL tensor is 0 or 1. Reads those tensors' payloads.
  ///
  /// Opening does not do this, because it reads no payload; scanning and converting do.
  public static func checkBooleans(
    in checkpoint: Checkpoint, audit: inout Audit
  ) throws(Rejection) {
    var known: Set<ContentIdentity> = []
    for tensor in checkpoint.tensors {
      guard case .dense(let elements) = tensor.content, elements.dtype == .bool,
        ContentIdentity(tensor.content).map({ known.insert($0).inserted }) ?? true,
        let storage = elements.contiguousStorage,
        let position = firstOther(in: storage.bytes)
      else { continue }
      // In bounds: the search just read it.
      let byte = unsafe storage.bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
      try audit.enforce(
        SafetensorsRules.boolean, "the first byte other than 0 and 1 is \(byte)",
        at: Place(tensor: tensor.name, offset: position))
    }
  }

  /// The position of the first byte that is neither 0 nor 1.
  private static func firstOther(in bytes: RawSpan) -> Int? {
    let words = bytes.byteCount / 8
    var position = 0
    while position < words * 8 {
      // In bounds: a whole word is left.
      let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
      guard word & ~0x0101_0101_0101_0101 == 0 else { break }
      position += 8
    }
    while position < bytes.byteCount {
      guard unsafe bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self) < 2 else {
        return position
      }
      position += 1
    }
    return nil
  }
}
