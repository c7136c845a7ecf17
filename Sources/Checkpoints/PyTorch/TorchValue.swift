package import TensorCore

/// What a pickled PyTorch object is made of, once nothing in it can run.
package indirect enum TorchValue: Sendable {
  case none
  case bool(Bool)
  case int(Int64)
  /// An integer beyond 64 bits, in decimal.
  case bigInt(String)
  case float(Double)
  case string(String)
  case bytes([UInt8])
  case list([TorchValue])
  case tuple([TorchValue])
  case dict(TorchDict)
  case tensor(TorchTensor)
  /// An instance of a class that is known by its state only, such as a module.
  case object(className: String, state: TorchValue)
  /// A storage that tensors look into.
  case storage(TorchStorage)
  /// A class, function, dtype or other thing referred to by name, such as `torch.float32`.
  case symbol(String)
  /// Something that is neither data nor a tensor: the text says what.
  case opaque(String)
}

/// A dictionary in the order of its insertion; keys can be any hashable Python value.
package struct TorchDict: Sendable {
  /// The items in order.
  package var entries: [(key: TorchValue, value: TorchValue)]

  /// The value under a string key, or nil; linear, for small dictionaries.
  package subscript(key: String) -> TorchValue? {
    entries.first { $0.key.stringValue == key }?.value
  }

  /// Items whose keys are strings, in order; nil if any key is not.
  package var namedEntries: [(name: String, value: TorchValue)]? {
    var named: [(name: String, value: TorchValue)] = []
    named.reserveCapacity(entries.count)
    for (key, value) in entries {
      guard let name = key.stringValue else { return nil }
      named.append((name, value))
    }
    return named
  }
}

/// A tensor and the identity of the storage it looks into, which tells ties.
package struct TorchTensor: Sendable {
  /// The elements.
  package let content: TensorContent
  /// The storage's key in its archive; nil where sharing cannot be told.
  package let storageKey: String?
}

extension TorchValue {
  /// The text of a string.
  package var stringValue: String? { if case .string(let text) = self { text } else { nil } }
  /// The value of an integer or a bool.
  package var intValue: Int? {
    switch self {
    case .int(let value): Int(exactly: value)
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }
  /// The items of a dictionary.
  package var dictValue: TorchDict? { if case .dict(let dict) = self { dict } else { nil } }
  /// The items of a list or tuple.
  package var sequenceValue: [TorchValue]? {
    switch self {
    case .list(let items), .tuple(let items): items
    default: nil
    }
  }
  /// The elements of a tensor.
  package var tensorValue: TorchTensor? {
    if case .tensor(let tensor) = self { tensor } else { nil }
  }
  /// The tensor where it is stored as it is.
  package var denseValue: Tensor? {
    if case .tensor(let tensor) = self, case .dense(let dense) = tensor.content {
      dense
    } else {
      nil
    }
  }
}
