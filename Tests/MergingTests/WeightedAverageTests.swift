import TensorCore
import TestSupport
import Testing

@testable import Merging

struct LinearMergeTests {
  @Test func `weights are divided by their sum, unless that is not wanted`() throws {
    let inputs = [
      Tensor([1, 2, 3] as [Float], .f32, [3]), Tensor([3, 2, 5] as [Float], .f32, [3]),
    ]
    let weights: [[String: MergeValue]] = [["weight": .number(1)], ["weight": .number(3)]]
    let mean = try MergeRun.result(WeightedAverage.family[0], inputs, each: weights)
    #expect(mean.numbers(Float.self) == [2.5, 2, 4.5])
    let sum = try MergeRun.result(
      WeightedAverage.family[0], inputs, shared: ["normalize": .flag(false)], each: weights)
    #expect(sum.numbers(Float.self) == [10, 8, 18])
  }
}
