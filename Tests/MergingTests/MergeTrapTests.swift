import Diagnostics
import TensorCore
import TensorOps
import TestSupport
import Testing

@testable import Merging

/// What surprises in merges: rules that are easily taken for others.
struct MergeTrapTests {
  private let one = Tensor([1, 2, 3, 4] as [Float], .f32, [4])
  private let two = Tensor([2, -2, 5, 4] as [Float], .f32, [4])

  private func method(_ id: String) throws -> any MergeMethod {
    try #require(MergeMethods.named(id))
  }

  private func weights(_ numbers: Double...) -> [[String: MergeValue]] {
    numbers.map { ["weight": .number($0)] }
  }

  @Test func `linear divides by the sum of the weights after adding, even where it is zero`() throws
  {
    let result = try MergeRun.result(method("linear"), [one, two], each: weights(1, -1))
    let numbers = result.numbers(Float.self)
    #expect(numbers[0] == -.infinity && numbers[1] == .infinity && numbers[3].isNaN)
  }

  @Test func `task arithmetic takes a density and does nothing with it`() throws {
    var each = weights(0, 1)
    each[1]["density"] = .number(0.1)
    let result = try MergeRun.result(method("task_arithmetic"), [one, two], base: 0, each: each)
    #expect(result.numbers(Float.self) == two.numbers(Float.self))
  }

  @Test(arguments: ["dare_linear", "dare_ties", "della", "della_linear"])
  func `a density of one draws no numbers, and others one for each element`(id: String) throws {
    let method = try method(id)
    func count(_ density: Double) -> Int {
      method.drawCount(
        MergeValues(["density": .number(density), "epsilon": .number(0.1)]), count: 40)
    }
    #expect(count(1) == 0 && count(1.5) == 0 && count(0.5) == 40)
  }

  @Test func `rescaling keeps the sum of sizes, and does not divide by the density`() throws {
    let base = Tensor([Float](repeating: 0, count: 8), .f32, [8])
    let other = Tensor([1, 2, 3, 4, 5, 6, 7, 12] as [Float], .f32, [8])
    let each: [[String: MergeValue]] = [[:], ["weight": .number(1), "density": .number(0.25)]]
    let result = try MergeRun.result(
      method("ties"), [base, other], base: 0, shared: ["rescale": .flag(true)], each: each)
    // 7 and 12 stay, and take the size of all: 40 of 19, where dividing gives fourfold.
    let numbers = result.numbers(Float.self)
    #expect(abs(numbers.reduce(0, +) - 40) < 1e-4 && abs(numbers[7] - 12 * 40 / 19) < 1e-4)
    let plain = try MergeRun.result(method("ties"), [base, other], base: 0, each: each)
    #expect(plain.numbers(Float.self) == [0, 0, 0, 0, 0, 0, 7, 12])
  }

  @Test func `lambda is a factor of what was divided by the weights`() throws {
    let base = Tensor([Float](repeating: 0, count: 4), .f32, [4])
    var each = weights(0, 2, 2)
    each[0] = [:]
    let result = try MergeRun.result(
      method("task_arithmetic"), [base, one, one], base: 0,
      shared: ["normalize": .flag(true), "lambda": .number(3)], each: each)
    #expect(result.numbers(Float.self) == [3, 6, 9, 12])
  }

  @Test func `in bfloat16 every step is rounded`() throws {
    // 1 + 2⁻⁷ are neighbours: the quarter of a step between them is lost in each sum.
    let base = Tensor([1] as [Float], .f32, [1]).cast(to: .bf16)
    let step = Tensor([1 + 0x1p-7] as [Float], .f32, [1]).cast(to: .bf16)
    let each =
      [[:], ["weight": .number(0.25)], ["weight": .number(0.25)]] as [[String: MergeValue]]
    let narrow = try MergeRun.result(
      method("task_arithmetic"), [base, step, step], base: 0, as: .bf16, each: each)
    let wide = try MergeRun.result(
      method("task_arithmetic"), [base, step, step], base: 0, as: .f32, each: each)
    #expect(wide.numbers(Float.self) == [1 + 0x1p-8])
    #expect(narrow.doubles == [1])
  }

  @Test func `counts are truncated products of doubles`() throws {
    let base = Tensor([Float](repeating: 0, count: 100), .f32, [100])
    let other = Tensor((1...100).map { Float($0) }, .f32, [100])
    let each: [[String: MergeValue]] = [[:], ["weight": .number(1), "density": .number(0.29)]]
    let result = try MergeRun.result(method("ties"), [base, other], base: 0, each: each)
    #expect(0.29 * 100 < 29)
    #expect(result.numbers(Float.self).count { $0 != 0 } == 28)
  }

  @Test(arguments: [(0.1, 0.2), (0.9, 0.15), (0.5, 0.5)])
  func `probabilities of DELLA stay between zero and one`(density: Double, epsilon: Double) throws {
    var each = weights(0, 1)
    each[0] = [:]
    each[1]["density"] = .number(density)
    each[1]["epsilon"] = .number(epsilon)
    let error = #expect(throws: Rejection.self) {
      try MergeRun.result(method("della"), [one, two], base: 0, each: each)
    }
    #expect(error?.rule.id == "M08")
  }

  @Test(arguments: [[1], [3, 1], []] as [[Int]])
  func `rows of one element have no ranks for DELLA`(shape: [Int]) throws {
    let count = shape.reduce(1, *)
    let base = Tensor([Float](repeating: 0, count: count), .f32, shape)
    let other = Tensor([Float](repeating: 1, count: count), .f32, shape)
    let each: [[String: MergeValue]] = [
      [:], ["weight": .number(1), "density": .number(0.5), "epsilon": .number(0.1)],
    ]
    let result = try MergeRun.result(method("della"), [base, other], base: 0, each: each)
    #expect(result.numbers(Float.self).allSatisfy { $0.isFinite })
  }

  @Test(arguments: ["ties", "dare_ties", "breadcrumbs", "della", "sce", "arcee_fusion", "ram"])
  func `a tensor without elements has none afterwards`(id: String) throws {
    let method = try method(id)
    let parts: [String: MergeValue] = [
      "weight": .number(1), "density": .number(0.5), "epsilon": .number(0.1),
    ]
    for shape in [[0], [5, 0], [0, 5]] {
      let empty = Tensor([Float](), .f32, shape)
      let result = try MergeRun.result(
        method, [empty, empty], base: 0, shared: ["select_topk": .number(0.5)],
        each: [parts, parts])
      #expect(result.shape.dimensions == shape)
    }
  }

  @Test(arguments: [-1e300, -1, 1e300])
  func `parts beyond every count are those of nothing or all`(part: Double) throws {
    let each: [[String: MergeValue]] = [
      [:], ["weight": .number(1), "density": .number(min(part, 0.5)), "gamma": .number(part)],
    ]
    let thin = try MergeRun.result(method("breadcrumbs"), [one, two], base: 0, each: each)
    #expect(thin.numbers(Float.self).allSatisfy { $0.isFinite })
    let selected = try MergeRun.result(
      method("sce"), [one, two], base: 0, shared: ["select_topk": .number(part)])
    #expect(selected.numbers(Float.self) == (part < 0 ? one : two).numbers(Float.self))
  }

  @Test func `without a seed the numbers that are drawn are the same every time`() throws {
    let base = Tensor([Float](repeating: 0, count: 64), .f32, [64])
    let other = Tensor((1...64).map { Float($0) }, .f32, [64])
    let each: [[String: MergeValue]] = [[:], ["weight": .number(1), "density": .number(0.5)]]
    let results = try (0..<2).map { _ in
      try MergeRun.result(method("dare_linear"), [base, other], base: 0, each: each)
        .numbers(Float.self)
    }
    #expect(results[0] == results[1])
    let others = try MergeRun.result(
      method("dare_linear"), [base, other], base: 0, each: each, name: "v")
    #expect(others.numbers(Float.self) != results[0])
  }
}
