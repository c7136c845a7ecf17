import JSON
@testable import Quantization
import TensorCore
import TensorOps
import TestSupport
import Testing

struct UniformFeedbackTests {
  @Test(arguments: [(6, 12.85), (4, 3.0)])
  func `codes and scales are those of the formulas in float64`(bits: Int, clip: Double) throws {
    let tensors = try TensorDump.read(
      try Fixtures.bytes("quantization/gptq-\(bits)-\(clip).dump"))
    let method = try MethodFixture.make(
      UniformFeedback.self, [("bits", .integer(bits)), ("clip", .number(clip))])
    let names = tensors.keys.filter { !$0.contains(".") }.sorted()
    #expect(names.count == 5)
    for name in names {
      let tensor = try #require(tensors[name])
      let moment = try #require(tensors[name + ".moment"]).numbers(Double.self)
      let width = tensor.shape[1]
      let weight = try Weight(
        name: name, rows: tensor.shape[0], columns: width, elements: tensor.numbers(Float.self),
        input: InputStatistics(
          secondMoment: Matrix(moment, rowCount: width, columnCount: width), rowCount: 1))
      let encoded = try method.quantize(weight, step: 1)
      for component in encoded.components {
        #expect(
          component.tensor.isSame(as: tensors[component.name]), "\(component.name)")
      }
    }
  }
}

extension Tensor {
  /// The elements of a type.
  func numbers<Number: BitwiseCopyable>(_: Number.Type) -> [Number] {
    (elementBytes ?? []).withUnsafeBytes { Array($0.bindMemory(to: Number.self)) }
  }
}
