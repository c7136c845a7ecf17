internal import Archives
public import Diagnostics
internal import TensorCore

/// Named arrays as `numpy.savez` and `numpy.savez_compressed` write them: a zip of `.npy` members.
public enum NumPyArchiveFormat: CheckpointFormat {
  /// `npz`.
  public static let id = "npz"
  /// The heading in lists of formats.
  public static let title = "NumPy archive"
  /// The documentation.
  public static let reference = "https://numpy.org/doc/stable/reference/generated/numpy.savez.html"

  /// Whether the file is a zip archive whose first member's name ends in `.npy`.
  public static func recognizes(_ input: CheckpointInput) -> Bool {
    guard !input.isFolder else { return false }
    let bytes = input.storage.bytes
    guard bytes.byteCount >= 30 else { return false }
    // In bounds: thirty bytes are there.
    guard unsafe bytes.unsafeLoadUnaligned(as: UInt32.self) == 0x0403_4b50 else { return false }
    let length = Int(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 26, as: UInt16.self))
    guard length >= 4, 30 + length <= bytes.byteCount else { return false }
    let suffix = unsafe bytes.unsafeLoadUnaligned(
      fromByteOffset: 30 + length - 4, as: UInt32.self)
    return UInt32(littleEndian: suffix) == 0x7970_6e2e
  }

  /// Reads the headers of all members. Stored members are views of the input, whose checksums are
  /// verified when they are read; compressed ones are unpacked into a scratch file. Throws the
  /// archive's rules and N01 to N10.
  public static func open(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let warningsBefore = audit.warnings.count
    let archive = try ZipArchive(parsing: input.storage.bytes, audit: &audit)
    let members = ZipMembers(zip: archive, storage: input.storage)
    var tensors: [NamedTensor] = []
    for entry in archive.entries {
      let place = Place(member: entry.name)
      guard entry.name.hasSuffix(".npy"), entry.name.utf8.count > 4 else {
        try audit.enforce(NumPyRules.member, "the name does not end in .npy", at: place)
        continue
      }
      let storage = try members.bytes(of: entry, audit: &audit)
      let content = try locating(place) { () throws(Rejection) in
        let array = try NumPyArray(parsing: storage.bytes, audit: &audit)
        return try array.content(of: storage)
      }
      tensors.append(NamedTensor(name: String(entry.name.dropLast(4)), content: content))
    }
    var checkpoint = Checkpoint(
      format: id, tensors: tensors, warnings: Array(audit.warnings[warningsBefore...]))
    checkpoint.payloadChecks = members.payloadChecks
    return checkpoint
  }
}
