import Diagnostics
import JSON
import TensorCore
import TestSupport
import Testing

@testable import Merging

/// The methods that mergekit has not, against their formulas in numpy's float64.
struct FormulaTests {
  static let methods = [
    "uniform_soup", "greedy_soup", "ema", "lawa", "fisher", "regmean", "tsv", "iso_c", "iso_cts",
  ]

  private struct Malformed: Error {}

  @Test(arguments: methods)
  func `results are those of the formula`(id: String) throws {
    let method = try #require(MergeMethods.named(id))
    let listing = try JSONValue(parsing: Fixtures.bytes("merging/formulas.json"))
    let tensors = try TensorDump.read(Fixtures.bytes("merging/formulas.dump"))
    let cases = try #require(listing[id]?.elements)
    #expect(cases.count == 14)
    for item in cases {
      let name = try #require(item["name"]?.string)
      let models = try #require(item["models"]?.elements)
      let inputs = try models.indices.map { try #require(tensors["\(name).input.\($0)"]) }
      let dtype = try #require(DType(rawValue: item["dtype"]?.string ?? ""))
      let result = try MergeRun.result(
        method, inputs, base: item["base"]?.integer, as: dtype,
        shared: GoldenMerges.values(item["parameters"], method),
        each: models.map { GoldenMerges.values($0, method) },
        statistics: try statistics(item, name, tensors))
      let wanted = try #require(tensors["\(name).output"]).doubles
      expectNear(result, wanted, name)
    }
  }

  /// One rounding to the type, with what double precision leaves open of a factorization; float32
  /// sums of the averages round at each step.
  private func expectNear(_ result: Tensor, _ wanted: [Double], _ name: String) {
    let largest = wanted.map(abs).max() ?? 0
    let sumsInFloats = ["uniform", "greedy", "ema", "lawa"].contains { name.hasPrefix($0) }
    let isWide = result.dtype == .f64
    let unit = isWide ? 0 : result.unitInTheLastPlace
    for (index, own) in result.doubles.enumerated() {
      let limit =
        0.51 * unit * abs(wanted[index]) + 0x1p-38 * largest
        + (sumsInFloats && !isWide ? 0x1p-22 * largest : 0)
      #expect(
        abs(own - wanted[index]) <= limit, "\(name) at \(index): \(own) for \(wanted[index])")
    }
  }

  private func statistics(
    _ item: JSONValue, _ name: String, _ tensors: [String: Tensor]
  ) throws -> [MergeStatistics] {
    try (item["statistics"]?.elements ?? []).enumerated().map { place, known in
      let tensor = try #require(tensors["\(name).statistics.\(place)"])
      let elements = try MergeRun.elements(of: tensor)
      guard let rows = known["rows"]?.integer else { return .fisher(elements) }
      return .secondMoments(
        elements, rowCount: rows, isTransposed: known["transposed"] == .bool(true))
    }
  }

  @Test func `a matrix with infinities has no singular values`() throws {
    let inputs = [
      Tensor([1, 2, 3, 4] as [Float], .f32, [2, 2]),
      Tensor([1, .infinity, 3, 4] as [Float], .f32, [2, 2]),
    ]
    for id in ["tsv", "iso_c", "iso_cts"] {
      let method = try #require(MergeMethods.named(id))
      let error = #expect(throws: Rejection.self) {
        try MergeRun.result(method, inputs, base: 0)
      }
      #expect(error?.rule.id == "M11")
    }
  }

  @Test func `models that do not differ stay as they are`() throws {
    let input = Tensor([1, 2, 3, 4, 5, 6] as [Float], .f32, [3, 2])
    for id in ["tsv", "iso_c", "iso_cts"] {
      let method = try #require(MergeMethods.named(id))
      let result = try MergeRun.result(method, [input, input, input], base: 1)
      #expect(result.numbers(Float.self) == [1, 2, 3, 4, 5, 6])
    }
  }

  @Test func `moments with negative eigenvalues are refused`() throws {
    let method = try #require(MergeMethods.named("regmean"))
    let moments = try MergeRun.elements(of: Tensor([1, 3, 3, 1] as [Double], .f64, [2, 2]))
    let known = MergeStatistics.secondMoments(moments, rowCount: 1, isTransposed: false)
    let input = Tensor([1, 2] as [Float], .f32, [1, 2])
    let error = #expect(throws: Rejection.self) {
      try MergeRun.result(
        method, [input, input], shared: ["alpha": .number(1)], statistics: [known, known])
    }
    #expect(error?.rule.id == "M10")
  }

  @Test func `sums of differences that are not finite have no singular values`() throws {
    let base = Tensor([0, 0, 0, 0] as [Double], .f64, [2, 2])
    let far = Tensor([1e200, 0, 0, 1] as [Double], .f64, [2, 2])
    for id in ["tsv", "iso_c", "iso_cts"] {
      let method = try #require(MergeMethods.named(id))
      let error = #expect(throws: Rejection.self) {
        try MergeRun.result(method, [base, far, far], base: 0)
      }
      #expect(error?.rule.id == "M11")
    }
  }

  private func known(_ moments: [Double], rows: Int = 1) throws -> MergeStatistics {
    let elements = try MergeRun.elements(of: Tensor(moments, .f64, [2, 2]))
    return .secondMoments(elements, rowCount: rows, isTransposed: false)
  }

  @Test(arguments: [([1, .nan, .nan, 1], 1), ([1, 0, 0, 1], 0), ([1, 0, 0, 1], -4)])
  func `moments that are none are refused`(moments: [Double], rows: Int) throws {
    let input = Tensor([1, 2] as [Float], .f32, [1, 2])
    let known = try known(moments, rows: rows)
    let error = #expect(throws: Rejection.self) {
      try MergeRun.result(
        #require(MergeMethods.named("regmean")), [input, input], statistics: [known, known])
    }
    #expect(error?.rule.id == "M10")
  }

  @Test(arguments: [Float(-1), .nan, .infinity])
  func `information that is none is refused`(number: Float) throws {
    let input = Tensor([1, 2] as [Float], .f32, [2])
    let known = try MergeStatistics.fisher(
      MergeRun.elements(of: Tensor([1, number] as [Float], .f32, [2])))
    let error = #expect(throws: Rejection.self) {
      try MergeRun.result(
        #require(MergeMethods.named("fisher")), [input, input], statistics: [known, known])
    }
    #expect(error?.rule.id == "M10")
  }

  @Test(arguments: ["fisher", "regmean"], [[2], [1, 2]])
  func `weights that are all zero make no mean`(id: String, shape: [Int]) throws {
    let input = Tensor([1, 2] as [Float], .f32, shape)
    let known =
      try id == "fisher"
      ? MergeStatistics.fisher(MergeRun.elements(of: Tensor([1, 1] as [Float], .f32, shape)))
      : self.known([1, 0, 0, 1])
    let error = #expect(throws: Rejection.self) {
      try MergeRun.result(
        #require(MergeMethods.named(id)), [input, input],
        each: [["weight": .number(0)], ["weight": .number(0)]],
        statistics: id == "regmean" && shape.count == 1 ? [] : [known, known])
    }
    #expect(error?.rule.id == "M16")
  }

  @Test func `an element without information is the weighted mean`() throws {
    let inputs = [[1, 5], [3, 5]].map { Tensor($0 as [Float], .f32, [2]) }
    let known = try MergeStatistics.fisher(
      MergeRun.elements(of: Tensor([0, 1] as [Float], .f32, [2])))
    let result = try MergeRun.result(
      #require(MergeMethods.named("fisher")), inputs, shared: ["floor": .number(0)],
      each: [["weight": .number(3)], ["weight": .number(1)]], statistics: [known, known])
    #expect(result.numbers(Float.self) == [1.5, 5])
  }
}
