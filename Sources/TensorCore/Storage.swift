public import Files
/// A run of bytes that tensors look into: heap memory or a part of a mapped file.
///
/// Immutable: views share it freely, and slicing copies nothing.
public struct Storage: Sendable {
  private enum Owner: Sendable {
    case heap([UInt8])
    case block(MemoryBlock)
    case file(FileMapping)
  }

  private let owner: Owner
  /// Where the bytes begin in the heap block or file.
  public let start: Int
  /// The length in bytes.
  public let byteCount: Int

  /// Bytes in memory.
  public init(_ bytes: [UInt8]) {
    owner = .heap(bytes)
    start = 0
    byteCount = bytes.count
  }

  /// The result of a computation.
  public init(_ block: MemoryBlock) {
    owner = .block(block)
    start = 0
    byteCount = block.byteCount
  }

  /// The whole of a mapped file.
  public init(_ file: FileMapping) {
    owner = .file(file)
    start = 0
    byteCount = file.byteCount
  }

  private init(owner: Owner, start: Int, byteCount: Int) {
    self.owner = owner
    self.start = start
    self.byteCount = byteCount
  }

  /// The file that holds the bytes, if one does.
  public var file: FileMapping? {
    if case .file(let mapping) = owner { mapping } else { nil }
  }

  /// The bytes, valid while this value is.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let range = start..<(start + byteCount)
      switch owner {
      case .heap(let block):
        // The array is retained by `owner`, which the lifetime of `self` covers.
        return unsafe _overrideLifetime(
          block.span.bytes.extracting(range), borrowing: self)
      case .block(let block):
        return unsafe _overrideLifetime(block.bytes.extracting(range), borrowing: self)
      case .file(let mapping):
        return unsafe _overrideLifetime(mapping.bytes.extracting(range), borrowing: self)
      }
    }
  }

  /// A part of this storage, or nil when `range` reaches beyond it.
  public func slice(_ range: Range<Int>) -> Storage? {
    guard range.lowerBound >= 0, range.upperBound <= byteCount else { return nil }
    return Storage(owner: owner, start: start + range.lowerBound, byteCount: range.count)
  }

  /// Lets the pages of a mapped range go; see `FileMapping.forget`.
  public func forget(_ range: Range<Int>) {
    file?.forget((start + range.lowerBound)..<(start + range.upperBound))
  }
}

extension RawSpan {
  /// The bytes in an array of their own.
  public func copied() -> [UInt8] { withUnsafeBytes { Array($0) } }
}
