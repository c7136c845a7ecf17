internal import Archives
public import Diagnostics
internal import TensorCore

/// A checksum that a file carries for a part of itself, to be compared when the part is read.
public struct PayloadCheck: Sendable {
  /// The bytes.
  let storage: Storage
  /// Their CRC-32 according to the file.
  let crc32: UInt32
  /// What they are called in the file.
  let member: String
}

extension Checkpoint {
  /// Reads every byte that has a checksum and compares; Z04 where they differ.
  ///
  /// Opening reads headers only, so what was opened is known to be whole only after this.
  public func verifyPayloads(audit: inout Audit) throws(Rejection) {
    for check in payloadChecks {
      var crc = CRC32()
      try check.storage.forEachChunk { chunk throws(Rejection) in crc.update(chunk) }
      guard crc.value != check.crc32 else { continue }
      try audit.enforce(
        ArchiveRules.badChecksum,
        "CRC mismatch (stored \(hexadecimal(check.crc32)), computed \(hexadecimal(crc.value)))",
        at: Place(file: path, member: check.member))
    }
    try requireUnchangedInput()
  }

  /// Throws F04 if a file that the tensors look into was changed since it was opened.
  public func requireUnchangedInput() throws(Rejection) {
    var checked: Set<ObjectIdentifier> = []
    let storages = tensors.flatMap(\.content.storages) + payloadChecks.map(\.storage)
    for case let file? in storages.map(\.file)
    where checked.insert(ObjectIdentifier(file)).inserted {
      try file.requireUnchanged()
    }
  }
}

/// Eight lower-case digits.
func hexadecimal(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}
