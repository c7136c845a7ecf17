import Diagnostics
import TensorCore
import TestSupport
import Testing

/// A fixture, the encoding that reads it, and the names of its components.
struct GoldenEncoding: CustomTestStringConvertible, Sendable {
  let file: String
  let encoding: any TensorEncoding
  var parts = ["codes", "scales"]
  /// The name of the tensor that tells the decoded type, shape and bytes.
  var expected = "expected"

  var testDescription: String { file + " " + expected }

  func tensors() throws -> [String: Tensor] {
    try TensorDump.read(try Fixtures.bytes("encodings/\(file).dump"))
  }

  static let all = casts + scaled + affine + residuals + groups + packed + matrices

  private static let casts: [GoldenEncoding] = [
    ("cast-f16-float32", .f16), ("cast-f16-bfloat16", .f16), ("cast-f8-bfloat16", .f8e4m3),
    ("cast-f32-float16", .f32), ("cast-f64-bfloat16", .f64), ("cast-view-float32", .f16),
  ].map { GoldenEncoding(file: $0, encoding: CastEncoding(stored: $1), parts: ["stored"]) }

  private static let scaled = ["f16", "bf16", "f32", "f64", "f8", "rank3", "bfloat16", "float16"]
    .map { "scaled-row-" + $0 }.appending(["scaled-row-view", "scaled-row-empty"])
    .map { GoldenEncoding(file: $0, encoding: ScaledCodes(bits: 8, coverage: .row)) }
    .appending([
      GoldenEncoding(
        file: "scaled-tensor-f32", encoding: ScaledCodes(bits: 8, coverage: .tensor))
    ])

  private static let affine = [("i8", DType.i8), ("u8", .u8), ("i32", .i32)].flatMap { name, type in
    [nil, 0, 1, 2].map { axis in (axis.map { "axis\($0)" } ?? "tensor", axis) }
      .appending(type == .i32 ? [] : [("floatzeros", 0)])
      .map { suffix, axis in
        GoldenEncoding(
          file: "affine-\(name)-\(suffix)", encoding: AffineCodes(codeType: type, axis: axis),
          parts: ["codes", "scales", "zeros"])
      }
  }

  private static let residuals = [
    ("lqer-groups", LowRankResidual.Scaling.groups), ("lqer-rows", .rows),
  ].map {
    GoldenEncoding(
      file: $0,
      encoding: LowRankResidual(base: ScaledCodes(bits: 6, coverage: .row), scaling: $1),
      parts: ["codes", "scales", "a", "a_scales", "b", "b_scales"])
  }

  private static let groups: [GoldenEncoding] = {
    guard
      let geometry = GroupGeometry(rows: 3, columns: 21, paddedColumns: 32, groupSize: 16)
    else { return [] }
    return [
      GoldenEncoding(
        file: "ternary-base3",
        encoding: TernaryBase3(geometry: geometry, correction: .meanMagnitude)),
      GoldenEncoding(
        file: "ternary-base3", encoding: TernaryBase3(geometry: geometry, correction: .none),
        expected: "effective"),
      GoldenEncoding(
        file: "ternary-bitmask",
        encoding: TernaryBitmask(geometry: geometry, correction: .meanMagnitude)),
      GoldenEncoding(file: "binary-bf16", encoding: BinarySigns(geometry: geometry)),
      GoldenEncoding(file: "binary-f8", encoding: BinarySigns(geometry: geometry)),
    ]
  }()

  private static let packed = [("int4", 4, 7), ("int5", 5, 15), ("int6", 6, 31), ("nibble", 4, 8)]
    .compactMap { name, width, zero in
      PackedIntegers(width: width, zero: zero)
        .map { GoldenEncoding(file: "packed-" + name, encoding: $0) }
    }
}

extension Array {
  fileprivate func appending(_ others: [Element]) -> [Element] { self + others }
}

@Test func `every golden file is decoded by some case`() throws {
  let files = Set(GoldenEncoding.all.map { $0.file + ".dump" })
  #expect(try Fixtures.names(in: "encodings").allSatisfy(files.contains))
}

@Test(arguments: GoldenEncoding.all)
func `an encoding decodes to the bytes that torch or numpy gives`(_ golden: GoldenEncoding) throws {
  let tensors = try golden.tensors()
  let expected = try #require(tensors[golden.expected])
  let components = try golden.parts.map { part in
    EncodedTensor.Component(name: part, tensor: try #require(tensors[part]))
  }
  let encoded = try EncodedTensor(
    dtype: expected.dtype, shape: expected.shape, encoding: golden.encoding,
    components: components)
  let decoded = try encoded.decoded()
  #expect(decoded.shape == expected.shape)
  #expect(decoded.elementBytes == expected.elementBytes)
}

@Test(arguments: GoldenEncoding.all)
func `an encoding without its last component is refused`(_ golden: GoldenEncoding) throws {
  let tensors = try golden.tensors()
  let expected = try #require(tensors[golden.expected])
  let components = try golden.parts.dropLast().map { part in
    EncodedTensor.Component(name: part, tensor: try #require(tensors[part]))
  }
  let rejection = #expect(throws: Rejection.self) {
    try EncodedTensor(
      dtype: expected.dtype, shape: expected.shape, encoding: golden.encoding,
      components: components)
  }
  #expect(rejection?.rule.id == "C09")
}

@Test(arguments: GoldenEncoding.all)
func `damaged components are refused or decoded, never a trap`(_ golden: GoldenEncoding) throws {
  let tensors = try golden.tensors()
  let expected = try #require(tensors[golden.expected])
  var random = DamageGenerator(state: golden.file.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
  for _ in 0..<40 {
    let components = try golden.parts.map { part in
      EncodedTensor.Component(
        name: part, tensor: try #require(tensors[part]).damaged(by: &random))
    }
    do {
      let encoded = try EncodedTensor(
        dtype: expected.dtype, shape: expected.shape, encoding: golden.encoding,
        components: components)
      #expect(try encoded.decoded().shape == expected.shape)
    } catch {
      // Refusing is right too; only Rejection is thrown here.
    }
  }
}

/// Numbers that are the same in every run (Knuth's MMIX generator).
struct DamageGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 33
  }
}

extension Tensor {
  /// This tensor with a changed byte, another type of the same width, or a shorter last axis.
  func damaged(by random: inout DamageGenerator) throws -> Tensor {
    var bytes = storage.bytes.withUnsafeBytes { Array($0) }
    var (type, dimensions) = (dtype, shape.dimensions)
    switch Int.random(in: 0..<8, using: &random) {
    case 0:
      type =
        DType.allCases.filter { $0.bitWidth == dtype.bitWidth }.randomElement(using: &random)
        ?? type
    case 1 where !dimensions.isEmpty: dimensions[dimensions.count - 1] /= 2
    case 2: dimensions.append(1)
    case 3...5 where !bytes.isEmpty:
      bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
    default: break
    }
    let strides = Array((layout.strides + [1]).prefix(dimensions.count))
    let shape = try #require(Shape(dimensions))
    let layout = try #require(Layout(shape: shape, strides: strides, offset: layout.offset))
    return try #require(Tensor(dtype: type, layout: layout, storage: Storage(bytes)))
  }
}
