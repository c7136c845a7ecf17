import Checkpoints
import Diagnostics
import JSON
import TensorCore
import TestSupport
import Testing

struct SafetensorsEncodingTests {
  private func tensors(
    in description: JSONValue
  ) throws -> [(name: String, dtype: DType, shape: Shape)] {
    try #require(description["tensors"]?.elements).map { tensor in
      let dimensions = try #require(tensor["shape"]?.elements).compactMap(\.integer)
      return (
        try #require(tensor["name"]?.string),
        try #require(tensor["dtype"]?.string.flatMap(DType.init(rawValue:))),
        try #require(Shape(dimensions))
      )
    }
  }

  @Test(arguments: 0..<41)
  func `a planned header is what the reference writes, byte for byte`(number: Int) throws {
    let cases = try #require(try SafetensorsFixture.document("identity.json").elements)
    let description = cases[number]
    let file = try Fixtures.bytes(
      "safetensors/identity/" + #require(description["file"]?.string))
    let metadata = description["metadata"]?.members.map { members in
      members.reduce(into: TextMap()) { map, member in map[member.key] = member.value.string }
    }
    var audit = Audit()
    let layout = try SafetensorsHeader.encode(
      try tensors(in: description), metadata: metadata, audit: &audit)
    #expect(layout.headerBytes == Array(file.prefix(layout.headerBytes.count)))
    #expect(layout.totalBytes == file.count)
  }

  @Test func `all cases of the reference are compared`() throws {
    #expect(try SafetensorsFixture.document("identity.json").elements?.count == 41)
  }

  @Test func `metadata keys are sorted by their bytes`() throws {
    var audit = Audit()
    let layout = try SafetensorsHeader.encode(
      [], metadata: ["b": "1", "a": "2", "é": "3", "Z": "4"], audit: &audit)
    let header = String(decoding: layout.headerBytes.dropFirst(8), as: UTF8.self)
    #expect(header.hasPrefix(#"{"__metadata__":{"Z":"4","a":"2","b":"1","é":"3"}}"#))
  }

  @Test func `entries say where each planned tensor goes`() throws {
    var audit = Audit()
    let layout = try SafetensorsHeader.encode(
      [("b", .u8, .vector(3)), ("a", .f32, .vector(2)), ("0", .u8, .scalar)], metadata: nil,
      audit: &audit)
    #expect(layout.entries.map(\.index) == [1, 2, 0])
    #expect(layout.entries.map(\.range) == [0..<8, 8..<9, 9..<12])
  }

  @Test(arguments: [DType.c32, .c128])
  func `complex types of other widths are not representable`(dtype: DType) {
    var audit = Audit()
    let error = #expect(throws: Rejection.self) {
      try SafetensorsHeader.encode([("a", dtype, .scalar)], metadata: nil, audit: &audit)
    }
    #expect(error?.rule.id == "S24")
  }

  static let refused: [([String], DType, Int, String)] = [
    (["__metadata__"], .f32, 1, "S24"), (["a", "a"], .f32, 1, "S10"), ([""], .f32, 1, "S16"),
    (["a"], .f4, 3, "S19"), (["a"], .f64, 1 << 60, "S07"),
  ]

  @Test(arguments: refused)
  func `what a strict reader would refuse is not planned`(
    names: [String], dtype: DType, count: Int, rule: String
  ) {
    var audit = Audit()
    let error = #expect(throws: Rejection.self) {
      try SafetensorsHeader.encode(
        names.map { ($0, dtype, .vector(count)) }, metadata: nil, audit: &audit)
    }
    #expect(error?.rule.id == rule)
  }
}
