import Diagnostics
import JSON
import Quantization
import TensorCore
import TestSupport
import Testing

/// A fixture of `Fixtures/quantization`: weights, and what a method makes of each.
struct MethodFixture: CustomTestStringConvertible, Sendable {
  let file: String
  let method: any QuantizationMethod.Type
  let options: [(key: String, value: JSONValue)]

  init(
    _ file: String, _ method: any QuantizationMethod.Type,
    _ options: [(key: String, value: JSONValue)] = []
  ) {
    self.file = file
    self.method = method
    self.options = options
  }

  var testDescription: String { file }

  /// What differs from the fixture: names of components, and how.
  func differences() throws -> [String] {
    let tensors = try TensorDump.read(try Fixtures.bytes("quantization/\(file).dump"))
    let weights = tensors.keys.filter { !$0.contains(".") }.sorted()
    var differences = weights.isEmpty ? ["no weights"] : []
    let method = try MethodFixture.make(method, options)
    for name in weights {
      guard let tensor = tensors[name] else { continue }
      let encoded = try method.quantize(try Weight(tensor, name), step: 1)
      let expected = tensors.keys.filter { $0.hasPrefix(name + ".") }.sorted()
      if encoded.components.map(\.name).sorted() != expected {
        differences.append("\(name) has \(encoded.components.map(\.name))")
      }
      for component in encoded.components
      where !component.tensor.isSame(as: tensors[component.name]) {
        differences.append(component.name)
      }
    }
    return differences
  }

  /// A method with options.
  static func make(
    _ method: any QuantizationMethod.Type, _ options: [(key: String, value: JSONValue)]
  ) throws -> any QuantizationMethod {
    var reader = try OptionReader(options, for: method)
    return try method.init(&reader)
  }
}

extension Tensor {
  /// Whether type, shape and elements are the same.
  func isSame(as other: Tensor?) -> Bool {
    dtype == other?.dtype && shape == other?.shape && elementBytes == other?.elementBytes
  }
}

extension Weight {
  /// A matrix from a fixture.
  init(_ tensor: Tensor, _ name: String) throws {
    let bytes = tensor.elementBytes ?? []
    let elements = bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    try self.init(name: name, rows: tensor.shape[0], columns: tensor.shape[1], elements: elements)
  }
}
