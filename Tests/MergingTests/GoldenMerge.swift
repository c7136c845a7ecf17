import Diagnostics
import JSON
import TensorCore
import TestSupport
import Testing

@testable import Merging

/// What mergekit made of some tensors.
struct GoldenMerge {
  let name: String
  let method: any MergeMethod
  let inputs: [Tensor]
  let base: Int?
  let dtype: DType
  let shared: [String: MergeValue]
  let each: [[String: MergeValue]]
  let seed: UInt64?
  /// Nil where mergekit refuses.
  let output: Tensor?
  /// What the formulas give in float64.
  let oracle: Tensor?

  /// The elements that mergekit kept of an input.
  let masks: [Int: [Bool]]

  private var random: MergeRandom {
    seed.map { .sequence(MersenneTwister(seed: $0)) } ?? .keyed(seed: 0)
  }

  /// What we make of them.
  func result() throws -> Tensor {
    try MergeRun.result(
      method, inputs, base: base, as: dtype, shared: shared, each: each, random: random)
  }

  /// Where two tensors differ.
  static func differences(_ result: Tensor, _ expected: Tensor) -> [Int] {
    let (own, wanted) = (result.doubles, expected.doubles)
    return own.indices.filter {
      own[$0] != wanted[$0] && !(own[$0].isNaN && wanted[$0].isNaN)
    }
  }

  /// Whether sums of absolute values are kept.
  var rescales: Bool {
    let standard = method.parameters.first { $0.key == "rescale" }?.standard
    return (shared["rescale"] ?? standard) == .flag(true)
  }

  /// Whether as many stay whichever they are.
  var isExactInCount: Bool { !method.id.hasPrefix("d") }

  /// The absolute values of an input's difference from the base.
  func magnitudes(of place: Int) throws -> [Double] {
    let difference = try MergeRun.result(
      try #require(MergeMethods.named("task_arithmetic")),
      [zeros, inputs[place], inputs[base ?? 0]], base: 0, as: dtype,
      each: [[:], ["weight": .number(1)], ["weight": .number(-1)]])
    return difference.doubles.map(abs)
  }

  /// The absolute values of all terms of each element together.
  func sizes() throws -> [Double] {
    var sizes = inputs[base ?? 0].doubles.map(abs)
    for place in inputs.indices where place != base {
      guard case .number(let weight)? = each[place]["weight"] else { continue }
      var density = 1.0
      if case .number(let given)? = each[place]["density"] { density = max(given, 1e-3) }
      for (index, magnitude) in try magnitudes(of: place).enumerated() {
        sizes[index] += magnitude * abs(weight) / min(density, 1)
      }
    }
    return sizes
  }

  /// Whether the formulas have one result: half a turn of a sphere leads anywhere, and which of equal
  /// variances are selected is open.
  var isDetermined: Bool {
    if method.id == "sce", shared["select_topk"] != nil { return !name.contains("-grid-") }
    return !(name.contains("-opposite-") && ["slerp", "nuslerp"].contains(method.id))
  }

  /// The largest absolute value of an input.
  var largest: Double { inputs.flatMap(\.doubles).filter(\.isFinite).map(abs).max() ?? 0 }

  private var zeros: Tensor {
    Tensor([UInt8](repeating: 0, count: inputs[0].byteCount), inputs[0].dtype, inputs[0].shape)
  }

  /// Which elements of the inputs stay, by the position of the input.
  func kept() throws -> [Int: [Bool]] {
    let task = try MergeRun.task(
      method, inputs, base: base, as: dtype, shared: shared, each: each, random: random, name: "w")
    return dtype == .f64
      ? try kept(MergeWork<Double>(task, dtype) { _ in })
      : try kept(MergeWork<Float>(task, dtype) { _ in })
  }

  private func kept<Real: MergeReal>(_ work: MergeWork<Real>) throws -> [Int: [Bool]] {
    guard let method = method as? TaskArithmetic, let base = work.task.base else { return [:] }
    var sieves = try Sieves(work, method.sparsifier, rescales: false)
    let (choices, others) = (sieves.all, work.task.others)
    var kept: [Int: [Bool]] = [:]
    try work.reduce(
      sieves.spans, perThread: 1, scratch: 1,
      prepare: { (part: sieves.part($0), kept: [[Bool]](repeating: [], count: others.count)) },
      { part, block in
        for (index, place) in others.enumerated() {
          let difference = block.scratch[0]
          block.combine(
            .subtract, block.inputs[place], block.inputs[base], into: difference)
          choices[index].apply(to: difference, in: block, &part.part, index)
          part.kept[index] += (0..<block.count).map { difference[$0] != 0 }
        }
      },
      join: { part in
        for (index, place) in others.enumerated() { kept[place, default: []] += part.kept[index] }
      })
    return kept
  }
}

extension Tensor {
  /// The distance of neighbouring numbers of the type, over the larger one.
  var unitInTheLastPlace: Double {
    switch dtype {
    case .f64: 0x1p-52
    case .f32: 0x1p-23
    case .f16: 0x1p-10
    default: 0x1p-7
    }
  }

  /// The least number of the type that has all its digits.
  var leastNormal: Double {
    switch dtype {
    case .f64: 0x1p-1022
    case .f16: 0x1p-14
    default: 0x1p-126
    }
  }
}

/// The cases of one method.
struct GoldenMerges {
  let cases: [GoldenMerge]

  private struct Malformed: Error {}

  init(_ id: String) throws {
    guard let method = MergeMethods.named(id),
      let json = try JSONValue(parsing: Fixtures.bytes("merging/cases.json"))[id]?.elements
    else { throw Malformed() }
    let tensors = try TensorDump.read(Fixtures.bytes("merging/\(id).dump"))
    cases = try json.map { item in
      guard let name = item["name"]?.string, let models = item["models"]?.elements,
        let dtype = DType(rawValue: item["dtype"]?.string ?? "")
      else { throw Malformed() }
      return GoldenMerge(
        name: name, method: method,
        inputs: try models.indices.map {
          guard let tensor = tensors["\(name).input.\($0)"] else { throw Malformed() }
          return tensor
        },
        base: item["base"]?.integer, dtype: dtype,
        shared: Self.values(item["parameters"], method),
        each: models.map { Self.values($0, method) },
        seed: item["seed"]?.integer.map(UInt64.init), output: tensors["\(name).output"],
        oracle: tensors["\(name).oracle"],
        masks: Dictionary(
          uniqueKeysWithValues: models.indices.compactMap { place in
            tensors["\(name).mask.\(place)"].map { (place, $0.numbers(Bool.self)) }
          }))
    }
  }

  static func values(
    _ json: JSONValue?, _ method: any MergeMethod
  ) -> [String: MergeValue] {
    var values: [String: MergeValue] = [:]
    for member in json?.members ?? [] {
      let kind = method.parameters.first { $0.key == member.key }?.kind
      switch (kind, member.value) {
      case (.flag?, .bool(let flag)): values[member.key] = .flag(flag)
      case (.integer?, let value): values[member.key] = value.integer.map(MergeValue.integer)
      case (_, .number(let number)): values[member.key] = .number(number)
      case (_, let value):
        values[member.key] = value.integer.map { MergeValue.number(Double($0)) }
      }
    }
    return values
  }
}
