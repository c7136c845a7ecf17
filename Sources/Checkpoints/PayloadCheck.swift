internal import Archives
public import Diagnostics
internal import Files
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

/// The checksums of a checkpoint, compared on a thread of their own while its tensors are read.
public struct PayloadVerification: Sendable {
  private let task: BackgroundTask<Result<[Audit.Warning], Rejection>>

  /// Starts to compare the checksums of the bytes that `tensors` lie in, or of all bytes, and then
  /// whatever else is to be looked at.
  public init(
    of checkpoint: Checkpoint, reading tensors: [NamedTensor]? = nil,
    then look: @escaping @Sendable (Checkpoint, inout Audit) throws(Rejection) -> Void = { _, _ in }
  ) {
    var part = checkpoint
    if let tensors { part.payloadChecks = checkpoint.payloadChecks(of: tensors) }
    task = BackgroundTask { [part] in
      Result { () throws(Rejection) in
        var audit = Audit(leniency: part.leniency)
        try part.verifyPayloads(audit: &audit)
        try look(part, &audit)
        return audit.warnings
      }
    }
  }

  /// Waits for the end; throws Z04 where bytes differ from their checksum and F04 where the file
  /// was changed meanwhile, and gives what the caller tolerates.
  public func warnings() throws(Rejection) -> [Audit.Warning] { try task.join().get() }
}

extension Checkpoint {
  /// The checks of the members that some tensor looks into.
  fileprivate func payloadChecks(of chosen: [NamedTensor]) -> [PayloadCheck] {
    guard chosen.count < tensors.count else { return payloadChecks }
    // Members of one file do not overlap: the last that begins before a byte is the one with it.
    let checks = payloadChecks.sorted { $0.storage.start < $1.storage.start }
    let starts = Dictionary(grouping: checks) { $0.storage.file.map(ObjectIdentifier.init) }
    let storages = Dictionary(grouping: chosen.flatMap(\.content.storages)) {
      $0.file.map(ObjectIdentifier.init)
    }
    return starts.flatMap { file, checks in
      var needed: Set<Int> = []
      for storage in storages[file] ?? [] where storage.byteCount > 0 {
        needed.formUnion(Self.members(checks, around: storage))
      }
      return needed.sorted().map { checks[$0] }
    }
  }

  /// The positions of the checks whose bytes a storage shares.
  private static func members(_ checks: [PayloadCheck], around storage: Storage) -> Range<Int> {
    func firstPosition(notBefore start: Int) -> Int {
      var range = 0..<checks.count
      while !range.isEmpty {
        let middle = range.lowerBound + range.count / 2
        range =
          checks[middle].storage.start < start
          ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
      }
      return range.lowerBound
    }
    let end = firstPosition(notBefore: storage.start + storage.byteCount)
    return max(0, firstPosition(notBefore: storage.start + 1) - 1)..<max(end, 0)
  }
}

/// Eight lower-case digits.
func hexadecimal(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}
