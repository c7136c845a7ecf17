internal import Diagnostics
internal import Quantization
internal import TensorOps

extension QuantizationJob {
  /// What steps of columns are expected to save of each item; throws Q03 and Q04.
  func predictedGains() throws(Rejection) -> [Double?] {
    let gains = ParallelFor.map(items.count) { [items] place in
      Result { () throws(Rejection) in
        try items[place].method.predictedGain(items[place].weight)
      }
    }
    return try gains.map { (gain) throws(Rejection) in try gain.get() }
  }

  /// What is quantized, and how, by a step that one weight may have a factor of; throws Q03 and
  /// Q04.
  func weights(
    step: Double, adjusting adjusted: Adjustment?
  ) throws(Rejection) -> [QuantizedWeight] {
    try items.indices.map { (place) throws(Rejection) in
      let (weight, method) = (items[place].weight, items[place].method)
      return QuantizedWeight(
        name: weight.name, elementCount: weight.elements.count, method: type(of: method).id,
        predictedGain: gains[place], cost: costs[place], stepFactor: factors[place],
        notes: try method.notes(
          weight, step: self.step(of: place, step, adjusting: adjusted)))
    }
  }

  /// The step of an item.
  func step(of place: Int, _ step: Double, adjusting adjusted: Adjustment?) -> Double {
    let own = items[place].weight.name == adjusted?.name ? adjusted?.factor ?? 1 : 1
    return step * factors[place] * own
  }
}
