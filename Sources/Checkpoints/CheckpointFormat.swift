public import Diagnostics
public import TensorCore

/// A way to keep named tensors in files. One folder per conformer, one line in `CheckpointFormats`.
public protocol CheckpointFormat: Sendable {
  /// The id in reports and on the command line, such as `safetensors`.
  static var id: String { get }
  /// One line for people.
  static var title: String { get }
  /// The paper, specification or program that defines the format.
  static var reference: String { get }
  /// Whether the content, never the name, is of this format.
  static func recognizes(_ input: CheckpointInput) -> Bool
  /// Reads the header; the tensors refer to the input's bytes.
  static func open(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint
}

/// What a format's reader is given: a folder, or the bytes of a file once unwrapped.
public struct CheckpointInput: Sendable {
  /// The path as the user gave it.
  public let path: String
  /// The bytes; empty for a folder.
  public let storage: Storage
  /// Whether `path` is a folder.
  public let isFolder: Bool

  /// Describes an input.
  public init(path: String, storage: Storage, isFolder: Bool = false) {
    self.path = path
    self.storage = storage
    self.isFolder = isFolder
  }
}

extension CheckpointInput {
  /// Whether the bytes begin with `prefix`.
  func starts(with prefix: [UInt8]) -> Bool { has(prefix, at: 0) }

  /// Whether `mark` lies at `offset`.
  func has(_ mark: [UInt8], at offset: Int) -> Bool {
    guard let window = storage.slice(offset..<(offset + mark.count)) else { return false }
    return window.bytes.copied() == mark
  }

  /// The file as a place.
  var place: Place { Place(file: path) }
}
