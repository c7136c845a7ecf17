@testable import Checkpoints
import Diagnostics
import TensorCore
import TestSupport
import Testing

private func fixture(_ name: String) throws -> TorchValue {
  try ValueDump.read(try Fixtures.bytes("golf-layouts/\(name).dump"))
}

private struct OfNoFamily: Error {}

/// The weights of an object of any family, the grouped one as the parts of its container.
private func tensors(
  in value: TorchValue, audit: inout Audit
) throws -> [NamedTensor] {
  guard let remainder = value.dictValue?["remainder"] else {
    guard let family = GolfFamilies.family(of: value) else { throw OfNoFamily() }
    return try family.tensors(from: value, audit: &audit)
  }
  let groups = value.dictValue?["groups"]?.sequenceValue?.map(\.byteString) ?? []
  _ = try PerGroupArtifact.groupByteCounts(from: remainder)
  return try PerGroupArtifact.assemble(
    remainder: remainder, groups: groups,
    permutations: value.dictValue?["orders"]?.byteString ?? [], audit: &audit)
}

extension TorchValue {
  fileprivate var byteString: [UInt8] { if case .bytes(let bytes) = self { bytes } else { [] } }
}

extension TensorContent {
  /// The bytes of the elements, decoded; nil for forms that have no bytes of their own.
  func decodedBytes() throws -> [UInt8]? {
    switch self {
    case .dense(let tensor): tensor.elementBytes
    case .encoded(let encoded): try encoded.decoded().elementBytes
    // Every piece in these tests is one index of the first axis.
    case .pieces(let whole): whole.pieces.flatMap { $0.tensor.elementBytes ?? [] }
    default: nil
    }
  }
}

private let accepts = [
  "int8-clean", "quantized-meta", "quantized-meta-repeat-mlp", "typed-entries", "per-group",
]

@Test(arguments: accepts)
func `a layout restores what the training script restores`(_ name: String) throws {
  let value = try fixture("accepts/\(name)")
  let expected = try #require(value.dictValue?["expected"]?.dictValue?.namedEntries)
  let input = try #require(value.dictValue?["input"])
  var audit = Audit()
  let found = try tensors(in: input, audit: &audit)
  #expect(found.map(\.name) == expected.map(\.name))
  #expect(audit.warnings.isEmpty)
  for (tensor, (_, expected)) in zip(found, expected) {
    let dense = try #require(expected.denseValue)
    #expect(tensor.dtype == dense.dtype, "\(tensor.name)")
    #expect(tensor.shape == dense.shape, "\(tensor.name)")
    #expect(try tensor.content.decodedBytes() == dense.elementBytes, "\(tensor.name)")
  }
}

private let rejects = [
  "C07-long", "C07-row-beyond", "C07-row-twice", "C07-short",
  "C08-binary-short", "C08-bitmask-popcount", "C08-bitmask-short", "C08-byte-above-242",
  "C08-group-long", "C08-group-short", "C08-huge-rows", "C08-huge-shape", "C08-stream-short",
  "C08-trit-count",
  "C08-trits-short", "C08-value-count", "C09-bits-differ", "C09-codes-are-floats",
  "C09-codes-missing", "C09-codes-repeat", "C09-data-is-text", "C09-group-scales",
  "C09-group-shape-rank", "C09-group-size-zero", "C09-groups-straddle",
  "C09-integers-as-floats", "C09-keys-are-numbers", "C09-missing-field", "C09-negative-shape",
  "C09-original-shape", "C09-packed-missing", "C09-quantized-is-list", "C09-residual-groups",
  "C09-residual-rank", "C09-residual-scale", "C09-residual-shape", "C09-row-scales-short",
  "C09-scalar-with-rows", "C09-scale-infinity", "C09-scale-nan", "C09-scales-are-integers",
  "C09-scales-missing", "C09-shape-overflows", "C09-shape-product-overflows",
  "C09-type-missing", "C12-entry-type", "C12-format", "C12-meta-bits", "C12-meta-number",
  "C12-meta-suffix", "C12-meta-text", "C12-meta-type", "C12-original-type",
]

@Test func `every rejected layout is named here`() throws {
  #expect(
    try Fixtures.names(in: "golf-layouts/rejects").map { $0.dropLast(5) } == rejects.map { $0[...] }
  )
}

@Test(arguments: rejects)
func `a contradictory layout is refused under its rule`(_ name: String) throws {
  let value = try fixture("rejects/\(name)")
  let rejection = #expect(throws: Rejection.self) {
    var audit = Audit()
    _ = try tensors(in: value, audit: &audit)
  }
  #expect(rejection?.rule.id == String(name.prefix(3)))
}

@Test(arguments: accepts)
func `a layout that lost any value is refused or read, never a trap`(_ name: String) throws {
  let fixture = try fixture("accepts/\(name)")
  let input = try #require(fixture.dictValue?["input"])
  for index in 0..<input.leafCount {
    for replacement in [TorchValue.none, .int(-1), .int(.max), .string("x"), .list([])] {
      var remaining = index
      let changed = input.replacingLeaf(&remaining, by: replacement)
      do {
        var audit = Audit()
        for tensor in try tensors(in: changed, audit: &audit) {
          _ = try tensor.content.decodedBytes()
        }
      } catch is Rejection {
      } catch is OfNoFamily {
      }
    }
  }
}

extension TorchValue {
  fileprivate var leafCount: Int {
    switch self {
    case .list(let items), .tuple(let items): items.reduce(0) { $0 + $1.leafCount }
    case .dict(let dict): dict.entries.reduce(0) { $0 + $1.value.leafCount }
    default: 1
    }
  }

  /// This value with its leaf number `index` replaced; `index` counts down.
  fileprivate func replacingLeaf(_ index: inout Int, by leaf: TorchValue) -> TorchValue {
    switch self {
    case .list(let items): return .list(items.map { $0.replacingLeaf(&index, by: leaf) })
    case .tuple(let items): return .tuple(items.map { $0.replacingLeaf(&index, by: leaf) })
    case .dict(let dict):
      return .dict(
        TorchDict(
          entries: dict.entries.map { ($0.key, $0.value.replacingLeaf(&index, by: leaf)) }))
    default:
      defer { index -= 1 }
      return index == 0 ? leaf : self
    }
  }
}

@Test func `codes keep the names and the bytes of the artifact`() throws {
  let fixture = try fixture("accepts/quantized-meta")
  let input = try #require(fixture.dictValue?["input"])
  var audit = Audit()
  let found = try tensors(in: input, audit: &audit)
  let table = try #require(found.first { $0.name == "tok_emb.weight" })
  guard case .encoded(let encoded) = table.content else {
    Issue.record("the table is not compressed")
    return
  }
  #expect(encoded.components.map(\.name) == ["tok_emb.weight.q", "tok_emb.weight.scale"])
  #expect(encoded.encoding.kind == "int7_row")
  let stored = input.dictValue?["w"]?.dictValue?["tok_emb.weight.q"]?.denseValue
  #expect(encoded.components[0].tensor.elementBytes == stored?.elementBytes)
}

@Test func `a tensor that no meta data mention earns a warning`() throws {
  let fixture = try fixture("accepts/quantized-meta")
  let input = try #require(fixture.dictValue?["input"]?.dictValue)
  var weights = try #require(input["w"]?.dictValue)
  weights.entries.append((.string("lm_head"), .string("anything")))
  let value = TorchValue.dict(
    TorchDict(entries: [(.string("w"), .dict(weights)), (.string("m"), input["m"] ?? .none)]))
  var audit = Audit()
  _ = try tensors(in: value, audit: &audit)
  #expect(audit.warnings.map(\.rule.id) == ["C13"])
}

@Test func `a plain state dictionary belongs to no family`() throws {
  let value = TorchValue.dict(TorchDict(entries: [(.string("weight"), .none)]))
  #expect(GolfFamilies.family(of: value) == nil)
}

@Test func `an empty dictionary belongs to no family`() {
  #expect(GolfFamilies.family(of: .dict(TorchDict(entries: []))) == nil)
}
