internal import Diagnostics
internal import TensorCore

/// A dictionary of an artifact whose keys are strings, with look-up by name.
struct ArtifactValues {
  /// The keys in the order of the file.
  let names: [String]
  private let values: [String: TorchValue]

  /// Indexes a dictionary; throws C09 if `value` is none or has other keys than strings.
  init(_ value: TorchValue?, _ part: String) throws(Rejection) {
    guard let entries = value?.dictValue?.namedEntries else {
      throw Rejection(
        EncodingRules.componentMismatch, "\(part) is no dictionary with strings as keys")
    }
    names = entries.map(\.name)
    values = Dictionary(entries.map { ($0.name, $0.value) }) { _, last in last }
  }

  /// The value under a name.
  subscript(name: String) -> TorchValue? { values[name] }

  /// The content of the tensor under a name; throws C09 if there is none.
  func content(_ name: String) throws(Rejection) -> TensorContent {
    guard let value = values[name] else {
      throw Rejection(EncodingRules.componentMismatch, "there is no \(name)")
    }
    guard let tensor = value.tensorValue else {
      throw Rejection(EncodingRules.componentMismatch, "\(name) is no tensor")
    }
    return tensor.content
  }

  /// The tensor under a name as part of an encoding; throws C09 if there is none as it is stored.
  func component(
    _ name: String, named label: String? = nil
  ) throws(Rejection) -> EncodedTensor.Component {
    guard case .dense(let tensor) = try content(name) else {
      throw Rejection(EncodingRules.componentMismatch, "\(name) is not stored as plain elements")
    }
    return EncodedTensor.Component(name: label ?? name, tensor: tensor)
  }
}

extension TensorContent {
  /// This content restored to `dtype`; itself where it has that type. `label` names the stored
  /// tensor. Throws C09 for elements that are no floats or not stored as they are.
  func cast(to dtype: DType, label: String) throws(Rejection) -> TensorContent {
    guard self.dtype != dtype else { return self }
    guard case .dense(let tensor) = self else {
      throw Rejection(EncodingRules.componentMismatch, "\(label) is not stored as plain elements")
    }
    return .encoded(
      try EncodedTensor(
        dtype: dtype, shape: tensor.shape, encoding: CastEncoding(stored: tensor.dtype),
        components: [EncodedTensor.Component(name: label, tensor: tensor)]))
  }
}

extension ScaledCodes {
  /// The encoding that a scale's rank asks for: a scale without axes covers the tensor.
  init(bits: Int?, scale: Tensor) {
    self.init(bits: bits, coverage: scale.shape.rank == 0 ? .tensor : .row)
  }
}
