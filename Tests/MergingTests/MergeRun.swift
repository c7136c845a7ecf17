import Diagnostics
import TensorCore
import TestSupport

@testable import Merging

/// Runs methods on tensors that are in memory.
enum MergeRun {
  /// The result for inputs in order, with parameters by key; what is left out has its standard.
  static func result(
    _ method: any MergeMethod, _ inputs: [Tensor], base: Int? = nil, as dtype: DType? = nil,
    shared: [String: MergeValue] = [:], each: [[String: MergeValue]] = [],
    statistics: [MergeStatistics] = [], random: MergeRandom = .keyed(seed: 0),
    name: String = "w"
  ) throws -> Tensor {
    let dtype = dtype ?? inputs[0].dtype
    let task = try task(
      method, inputs, base: base, as: dtype, shared: shared, each: each, statistics: statistics,
      random: random, name: name)
    var bytes: [UInt8] = []
    try method.run(task) { chunk throws(Rejection) in
      chunk.withUnsafeBytes { bytes += $0 }
    }
    let type = method.resultType(dtype, inputCount: inputs.count)
    guard let tensor = Tensor(dtype: type, shape: inputs[0].shape, storage: Storage(bytes)) else {
      throw Failure()
    }
    return tensor
  }

  /// The task of merging inputs.
  static func task(
    _ method: any MergeMethod, _ inputs: [Tensor], base: Int?, as dtype: DType,
    shared: [String: MergeValue], each: [[String: MergeValue]],
    statistics: [MergeStatistics] = [], random: MergeRandom, name: String
  ) throws -> MergeTask {
    MergeTask(
      name: name, shape: inputs[0].shape, dtype: dtype,
      inputs: try inputs.enumerated().map { place, tensor in
        try MergeTask.Input(
          elements(of: tensor),
          values(method, .ofInput, place < each.count ? each[place] : [:]),
          place < statistics.count ? statistics[place] : nil)
      },
      base: base, shared: values(method, .shared, shared), random: random)
  }

  struct Failure: Error {}

  static func elements(of tensor: Tensor) throws -> MergeElements {
    guard let storage = tensor.contiguousStorage,
      let elements = MergeElements(storage, tensor.dtype)
    else { throw Failure() }
    return elements
  }

  private static func values(
    _ method: any MergeMethod, _ scope: MergeParameter.Scope, _ given: [String: MergeValue]
  ) -> MergeValues {
    var values: [String: MergeValue] = [:]
    for parameter in method.parameters where parameter.scope == scope {
      values[parameter.key] = given[parameter.key] ?? parameter.standard
    }
    return MergeValues(values)
  }
}
