@testable import EntropyCoding
import Diagnostics
import TensorCore
import TestSupport
import Testing

/// Numbers of which bytes hold several.
struct FieldTests {
  static let packings: [FieldLayout.Packing] =
    (1...7).map { .bits($0) } + (3...15).map { .digits(base: $0) }

  /// Numbers below `limit`, most of them the same few.
  private func numbers(_ count: Int, below limit: Int, _ random: inout SplitMix) -> [Int] {
    (0..<count).map { _ in min(Int((random.normal() + 1.5).magnitude), limit - 1) }
  }

  /// Bytes of fields of some bits, as birdie.md says; the last one is filled up with zeros.
  private func packed(_ fields: [Int], bits width: Int) -> [UInt8] {
    let bits = fields.flatMap { field in (0..<width).map { field >> $0 & 1 } }
    return packed(bits, base: 2, perByte: 8)
  }

  private func packed(_ digits: [Int], base: Int, perByte: Int) -> [UInt8] {
    stride(from: 0, to: digits.count, by: perByte).map { start in
      let byte = digits[start..<min(start + perByte, digits.count)].reversed()
      return UInt8(byte.reduce(0) { $0 * base + $1 })
    }
  }

  private func bytes(_ packing: FieldLayout.Packing, _ count: Int, seed: Int) -> [UInt8] {
    var random = SplitMix(state: UInt64(seed))
    switch packing {
    case .bits(let width):
      let fields = numbers(8 * count / width + 1, below: 1 << width, &random)
      return Array(packed(fields, bits: width).prefix(count))
    case .digits(let base):
      // 3^5, 4^4, 6^3 and 15^2 are the last powers that fit.
      let perByte = base == 3 ? 5 : base == 4 ? 4 : base <= 6 ? 3 : 2
      return packed(numbers(perByte * count, below: base, &random), base: base, perByte: perByte)
    }
  }

  private func coded(
    _ bytes: [UInt8], _ packing: FieldLayout.Packing, rows: Int
  ) throws -> (bytes: [UInt8], coded: CodedComponent, byteCount: Int, chunks: [UInt8]) {
    let layout = try #require(FieldLayout(packing, rows: rows))
    let shape = try #require(Shape([bytes.count]))
    return try roundTrip(bytes, .u8, shape, ComponentHints(fields: layout))
  }

  @Test(arguments: packings, [1, 2, 64, 4099])
  func `numbers are what they were, with those beyond the last row`(
    packing: FieldLayout.Packing, rows: Int
  ) throws {
    let bytes = bytes(packing, 4099, seed: rows)
    let result = try coded(bytes, packing, rows: rows)
    #expect(result.bytes == bytes)
    #expect(!result.coded.features.isDisjoint(with: ["bit_fields", "digits"]))
  }

  @Test(arguments: packings, [0, 1, 2, 5])
  func `few bytes are what they were`(packing: FieldLayout.Packing, count: Int) throws {
    let bytes = bytes(packing, count, seed: count)
    for rows in [0, 1, 3, 1000] {
      #expect(try coded(bytes, packing, rows: rows).bytes == bytes)
    }
  }

  @Test(arguments: packings)
  func `numbers that are put together again are the bytes`(packing: FieldLayout.Packing) throws {
    for count in 1...5 {
      let bytes = bytes(packing, count, seed: count)
      let layout = try #require(FieldLayout(packing, rows: 2))
      let fields = try #require(PackedFields(bytes, layout))
      var packer = FieldPacker(fields.layout, byteCount: count)
      packer.append(fields.block.symbols, least: fields.block.least)
      for digit in fields.rest { packer.append(digit: Int(digit)) }
      #expect(packer.bytes == bytes)
    }
  }

  @Test(arguments: [(3, 242), (5, 124), (6, 215), (7, 48), (15, 224)])
  func `bytes beyond what digits say are coded in another way`(base: Int, most: Int) throws {
    var bytes = bytes(.digits(base: base), 4099, seed: base)
    bytes[99] = UInt8(most)
    #expect(try coded(bytes, .digits(base: base), rows: 1).coded.features.contains("digits"))
    bytes[99] = UInt8(most + 1)
    let result = try coded(bytes, .digits(base: base), rows: 1)
    #expect(result.bytes == bytes)
    #expect(!result.coded.features.contains("digits"))
  }

  /// Half of the columns are 1 with a probability of 0.9, half with 0.1; else 0 or 2.
  @Test func `columns of different widths get classes of their own`() throws {
    var random = SplitMix(state: 3)
    let digits = (0..<192 * 50).map { index in
      random.uniform() < (index % 50 < 25 ? 0.9 : 0.1) ? 1 : 2 * Int(random.next() % 2)
    }
    let bytes = packed(digits, base: 3, perByte: 5)
    let result = try coded(bytes, .digits(base: 3), rows: 192)
    #expect(result.bytes == bytes)
    #expect(result.coded.modelName.contains("columns"))
    // H(0.9, 0.05, 0.05) = 0.569 bits and H(0.1, 0.45, 0.45) = 1.369: 0.969 on average.
    #expect(Double(8 * result.byteCount) / Double(digits.count) < 1)
  }

  @Test func `rows that leave much are given up`() throws {
    let bytes = bytes(.digits(base: 3), 1000, seed: 1)
    let layout = try #require(FieldLayout(.digits(base: 3), rows: 2600))
    let fields = try #require(PackedFields(bytes, layout))
    #expect(fields.layout.rows == 1)
    #expect(fields.rest.isEmpty)
  }

  @Test func `only numbers smaller than bytes have a layout`() {
    let none: [FieldLayout.Packing] = [.bits(0), .bits(8), .digits(base: 2), .digits(base: 16)]
    for packing in none {
      #expect(FieldLayout(packing, rows: 1) == nil)
    }
  }
}
