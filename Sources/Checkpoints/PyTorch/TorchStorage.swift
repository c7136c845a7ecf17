internal import Diagnostics
internal import Pickle
internal import TensorCore

/// A storage as the pickle describes it: which record, of which type, how long.
package struct TorchStorage: Sendable {
  /// The name of the record in its archive.
  let key: String
  /// The type that the storage's class names.
  let elementType: TorchElementType
  /// Whether the class leaves the type to the tensor and the length counts bytes.
  let isUntyped: Bool
  /// The length in elements of the class's type.
  let elementCount: Int
  /// A window of another storage, as files from before PyTorch 0.4 have: its first element.
  var viewOffset = 0
  /// The elements of that window; nil without one.
  var viewCount: Int?

  /// The length in bytes; nil when it overflows.
  var byteCount: Int? {
    let (count, overflow) = elementCount.multipliedReportingOverflow(by: elementType.unitByteCount)
    return overflow || count < 0 ? nil : count
  }

  /// The same storage under another key.
  func renamed(_ key: String) -> TorchStorage {
    TorchStorage(
      key: key, elementType: elementType, isUntyped: isUntyped, elementCount: elementCount,
      viewOffset: viewOffset, viewCount: viewCount)
  }
}

/// Where the bytes of a pickle's storages are: a zip archive, a legacy file, a tar.
protocol TorchStorageSource: Sendable {
  /// The bytes of a storage, exactly as long as it says; throws T01 or T07 otherwise.
  mutating func bytes(of storage: TorchStorage, audit: inout Audit) throws(Rejection) -> Storage
  /// Whether numbers of more than one byte are stored big-endian.
  var isBigEndian: Bool { get }
  /// The size of the file, against which expansions are judged.
  var fileByteCount: Int { get }
  /// What a persistent id stands for.
  func value(persistentID: TorchValue) throws(Rejection) -> TorchValue
}

extension TorchStorageSource {
  /// A storage, or the class of a whole module that was pickled with its source.
  func value(persistentID: TorchValue) throws(Rejection) -> TorchValue {
    if let parts = persistentID.sequenceValue, parts.first?.stringValue == "module",
      parts.count > 1
    {
      return parts[1]
    }
    return .storage(try TorchStorage(persistentID: persistentID))
  }
}

extension TorchStorage {
  /// Reads the tuple of a persistent id: `("storage", class, key, location, length[, view])`.
  init(persistentID value: TorchValue) throws(Rejection) {
    guard case .tuple(let parts) = value, parts.count == 5 || parts.count == 6,
      parts[0].stringValue == "storage", case .symbol(let className) = parts[1]
    else {
      throw Rejection(PickleRules.persistentText, "not the tuple of a storage")
    }
    guard let elementType = Self.elementTypes[className] else {
      throw Rejection(TorchRules.unknownType, "storage class \(className)")
    }
    guard let key = parts[2].stringValue ?? parts[2].intValue.map(String.init),
      let count = parts[4].intValue
    else {
      throw Rejection(PickleRules.persistentText, "the storage's key or length is unusable")
    }
    guard count >= 0 else {
      throw Rejection(TorchRules.negativeExtent, "a storage of \(count) elements")
    }
    self.init(
      key: key, elementType: elementType, isUntyped: className.hasSuffix(".UntypedStorage"),
      elementCount: count)
    if parts.count == 6 { try applyView(parts[5]) }
  }

  /// A view is `None` or `(key, offset, size)`: the storage is a window of the one just named.
  private mutating func applyView(_ view: TorchValue) throws(Rejection) {
    if case .none = view { return }
    guard let parts = view.sequenceValue, parts.count == 3, let offset = parts[1].intValue,
      let size = parts[2].intValue, offset >= 0, size >= 0, offset <= elementCount,
      size <= elementCount - offset
    else {
      throw Rejection(PickleRules.persistentText, "the storage's view is unusable")
    }
    viewOffset = offset
    viewCount = size
  }

  /// The types by the full names of the storage classes.
  private static let elementTypes: [String: TorchElementType] =
    ["torch.", "torch.storage.", "torch.cuda."].reduce(into: [:]) { table, module in
      for (name, type) in TorchElementType.byStorageName { table[module + name] = type }
    }
}
