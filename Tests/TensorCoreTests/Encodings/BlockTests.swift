import Diagnostics
import TensorCore
import Testing

private func tensor(_ dtype: DType, _ dimensions: [Int], _ bytes: [UInt8]) throws -> Tensor {
  let shape = try #require(Shape(dimensions))
  return try #require(Tensor(dtype: dtype, shape: shape, storage: Storage(bytes)))
}

private func components(_ tensors: [Tensor]) -> [EncodedTensor.Component] {
  tensors.map { EncodedTensor.Component(name: "part", tensor: $0) }
}

/// Three rows that are longer than half a block, each scaled by one.
private func longRows() throws -> EncodedTensor {
  let columns = EncodedTensor.blockElements / 2 + 5
  let codes = (0..<(3 * columns)).map { UInt8(truncatingIfNeeded: $0 % 127) }
  let one: [UInt8] = [0x00, 0x3C]
  let shape = try #require(Shape([3, columns]))
  return try EncodedTensor(
    dtype: .f32, shape: shape, encoding: ScaledCodes(bits: 8, coverage: .row),
    components: components([
      try tensor(.i8, [3, columns], codes), try tensor(.f16, [3], one + one + one),
    ]))
}

@Test func `rows that straddle blocks come out in order`() throws {
  let decoded = try longRows().decoded()
  let bytes = try #require(decoded.contiguousStorage)
  let values = bytes.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  #expect(values.indices.allSatisfy { values[$0] == Float($0 % 127) })
}

@Test func `no chunk has more elements than a block`() throws {
  var sizes: [Int] = []
  try longRows().forEachChunk { (chunk) throws(Rejection) in sizes.append(chunk.byteCount / 4) }
  #expect(sizes == [EncodedTensor.blockElements, EncodedTensor.blockElements / 2 + 15])
}

@Test func `a rejection of the caller's stops the decoding`() throws {
  let encoded = try longRows()
  let rule = Rule("T01", "stop", because: "", remedy: "")
  var calls = 0
  let rejection = #expect(throws: Rejection.self) {
    try encoded.forEachChunk { (_) throws(Rejection) in
      calls += 1
      throw Rejection(rule, "enough")
    }
  }
  #expect(rejection?.rule == rule)
  #expect(calls == 1)
}

@Test func `a zero code times a negative scale is negative zero`() throws {
  let encoded = try EncodedTensor(
    dtype: .f32, shape: .vector(1), encoding: ScaledCodes(bits: 8, coverage: .tensor),
    components: components([
      try tensor(.i8, [1], [0]), try tensor(.f32, [], [0, 0, 0x80, 0xBF]),
    ]))
  let decoded = try encoded.decoded().contiguousStorage
  #expect(decoded?.bytes.withUnsafeBytes { Array($0) } == [0, 0, 0, 0x80])
}

@Test func `a group without codes may claim any size`() throws {
  let geometry = try #require(
    GroupGeometry(rows: 0, columns: 0, paddedColumns: 1 << 60, groupSize: 1 << 60))
  let encoded = try EncodedTensor(
    dtype: .bf16, shape: .vector(0), encoding: BinarySigns(geometry: geometry),
    components: components([try tensor(.u8, [0], []), try tensor(.f16, [0], [])]))
  #expect(try encoded.decoded().byteCount == 0)
}

@Test(arguments: [
  (-1, 1, 1, 1), (1, 2, 1, 1), (1, 1, 3, 2), (1, 1, 1, 0), (1 << 40, 1, 1 << 40, 1),
])
func `groups that do not tile a matrix are no geometry`(
  _ rows: Int, _ columns: Int, _ padded: Int, _ size: Int
) {
  #expect(
    GroupGeometry(rows: rows, columns: columns, paddedColumns: padded, groupSize: size) == nil)
}

@Test(arguments: [(1, 0), (9, 0), (4, 16), (4, -1), (8, 0)])
func `codes that leave a signed byte are no packed integers`(_ width: Int, _ zero: Int) {
  #expect(PackedIntegers(width: width, zero: zero) == nil)
}
