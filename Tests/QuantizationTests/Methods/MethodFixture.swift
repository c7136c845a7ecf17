import Diagnostics
import JSON
import Quantization
import TensorCore
import TensorOps
import TestSupport
import Testing

/// A fixture of `Fixtures/quantization`: weights, and what a method makes of each. Beside NAME may
/// stand NAME.moment, the second moments of its input, and NAME.mean_abs, the means of |x|.
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
      let input = InputStatistics(
        tensors[name + ".moment"], tensors[name + ".mean_abs"], width: tensor.shape[1])
      let encoded = try method.quantize(try Weight(tensor, name, input), step: 1)
      let inputs = [name + ".moment", name + ".mean_abs"]
      let expected = tensors.keys.filter { $0.hasPrefix(name + ".") && !inputs.contains($0) }
        .sorted()
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

extension Weight {
  /// A matrix from a fixture.
  init(_ tensor: Tensor, _ name: String, _ input: InputStatistics? = nil) throws {
    try self.init(
      name: name, rows: tensor.shape[0], columns: tensor.shape[1],
      elements: tensor.numbers(Float.self), input: input)
  }
}

extension InputStatistics {
  /// Statistics from a fixture, of a single row; nil without moments.
  convenience init?(_ moment: Tensor?, _ magnitudes: Tensor?, width: Int) {
    guard let moment else { return nil }
    self.init(
      secondMoment: Matrix(
        moment.numbers(Double.self), rowCount: width, columnCount: width),
      rowCount: 1, meanMagnitudes: magnitudes?.numbers(Double.self) ?? [])
  }
}
