import Diagnostics
import TensorCore
import TestSupport
import Testing

/// Codes with scales per row and column, per group, and codebooks.
struct MatrixCodesTests {
  private static let half: [UInt8] = [0x00, 0x38]
  private static let infinite: [UInt8] = [0x00, 0x7C]

  private func tensor(_ dtype: DType, _ dimensions: [Int], _ bytes: [UInt8]) throws -> Tensor {
    let shape = try #require(Shape(dimensions))
    return try #require(Tensor(dtype: dtype, shape: shape, storage: Storage(bytes)))
  }

  /// Halves, each 0.5.
  private func scales(_ dimensions: Int...) throws -> Tensor {
    let count = dimensions.reduce(1, *)
    return try tensor(.f16, dimensions, (0..<count).flatMap { _ in Self.half })
  }

  private func codes(_ rows: Int, _ columns: Int, _ dtype: DType = .i8) throws -> Tensor {
    let width = try #require(dtype.byteWidth)
    return try tensor(
      dtype, [rows, columns], [UInt8](repeating: 0, count: rows * columns * width))
  }

  private func encoded(
    _ encoding: any TensorEncoding, _ shape: [Int], _ parts: [Tensor]
  ) throws -> EncodedTensor {
    try EncodedTensor(
      dtype: .f32, shape: try #require(Shape(shape)), encoding: encoding,
      components: parts.map { EncodedTensor.Component(name: "part", tensor: $0) })
  }

  private func refusal(
    _ encoding: any TensorEncoding, _ shape: [Int], _ parts: [Tensor]
  ) throws -> Rejection? {
    #expect(throws: Rejection.self) { try encoded(encoding, shape, parts) }
  }

  private func grid(states: Int = 0) throws -> GridCodes {
    try #require(GridCodes(states: states))
  }

  private func grouped(_ size: Int) throws -> GroupedCodes {
    try #require(GroupedCodes(groupSize: size))
  }

  private func codebook(_ size: Int) throws -> CodebookCodes {
    try #require(CodebookCodes(groupSize: size))
  }

  // MARK: Rows and columns

  @Test(arguments: [-8, -1, 1, 2, 3, 9, 512])
  func `a grid has no other number of states than a trellis`(_ states: Int) {
    #expect(GridCodes(states: states) == nil)
  }

  @Test(arguments: [
    (DType.i8, 0, 2, 3, "grid_int8_row_column", "row and column"),
    (.i16, 0, 2, 1, "grid_int16_row", "row"), (.i8, 0, 1, 3, "grid_int8_column", "column"),
    (.i8, 8, 2, 3, "grid_int8_trellis8_row_column", "row and column"),
    (.i16, 256, 1, 1, "grid_int16_trellis256_tensor", "tensor"),
  ])
  func `a grid says what its components are`(
    _ type: DType, _ states: Int, _ rows: Int, _ columns: Int, _ kind: String,
    _ granularity: String
  ) throws {
    let encoding = try encoded(
      try grid(states: states), [2, 3],
      [try codes(2, 3, type), try scales(rows), try scales(columns)]
    ).encoding
    #expect(encoding.kind == kind)
    #expect(encoding.granularity == granularity)
    #expect(encoding.bits == type.bitWidth)
  }

  @Test func `states of a trellis go on where a block ends`() throws {
    let columns = EncodedTensor.blockElements / 2 + 5
    let column: [UInt8] = [3, 0xFE, 0x81, 4, 7]
    let wide = try encoded(
      try grid(states: 8), [5, columns],
      [
        try tensor(.i8, [5, columns], column.flatMap { [UInt8](repeating: $0, count: columns) }),
        try scales(5), try scales(1),
      ])
    let narrow = try encoded(
      try grid(states: 8), [5, 1],
      [try tensor(.i8, [5, 1], column), try scales(5), try scales(1)])
    let rows = try #require(try wide.decoded().elementBytes)
    let numbers = try #require(try narrow.decoded().elementBytes)
    #expect(
      rows.indices.allSatisfy { rows[$0] == numbers[$0 / (4 * columns) * 4 + $0 % 4] })
  }

  @Test func `rows without columns need no scales for the columns`() throws {
    let many = 1 << 60
    for shape in [[0, many], [many, 0]] {
      let parts = [try codes(shape[0], shape[1]), try scales(1), try scales(1)]
      #expect(try encoded(try grid(states: 8), shape, parts).decoded().byteCount == 0)
    }
  }

  @Test(arguments: [([2], 3), ([3], 2), ([2, 1], 2), ([], 0)])
  func `a grid without a scale for each row and column is refused`(
    _ rows: [Int], _ columns: Int
  ) throws {
    let count = rows.reduce(1, *)
    let row = try tensor(.f16, rows, (0..<count).flatMap { _ in Self.half })
    let parts = [try codes(2, 4), row, try scales(columns)]
    #expect(try refusal(try grid(), [2, 4], parts)?.rule.id == "C09")
  }

  @Test func `a grid of an infinite scale is refused`() throws {
    let infinite = try tensor(.f16, [1], Self.infinite)
    let fine = try scales(1)
    #expect(
      try refusal(try grid(), [2, 4], [codes(2, 4), infinite, fine])?.rule.id == "C09")
    #expect(
      try refusal(try grid(), [2, 4], [codes(2, 4), fine, infinite])?.rule.id == "C09")
  }

  @Test(arguments: [DType.u8, .u16, .i32, .f16, .bool])
  func `a grid of other codes than signed bytes and words is refused`(_ type: DType) throws {
    let parts = [try codes(2, 4, type), try scales(1), try scales(1)]
    #expect(try refusal(try grid(), [2, 4], parts)?.rule.id == "C09")
  }

  @Test(arguments: [[8], [2, 2, 2], []])
  func `codes that are no matrix are refused`(_ shape: [Int]) throws {
    let count = shape.reduce(1, *)
    let signed = try tensor(.i8, shape, [UInt8](repeating: 0, count: count))
    let indices = try tensor(.u8, shape, [UInt8](repeating: 0, count: count))
    let (one, matrix) = (try scales(1), try scales(1, 1))
    let book = try tensor(.f32, [1], [0, 0, 0, 0])
    #expect(try refusal(try grid(), shape, [signed, one, one])?.rule.id == "C09")
    #expect(try refusal(try grouped(8), shape, [signed, matrix, one])?.rule.id == "C09")
    #expect(try refusal(try codebook(0), shape, [indices, book, matrix])?.rule.id == "C09")
  }

  @Test func `one byte that a view repeats is no matrix of codes`() throws {
    let shape = try #require(Shape([1 << 20, 1 << 20]))
    let layout = try #require(Layout(shape: shape, strides: [0, 0], offset: 0))
    let repeated = try #require(Tensor(dtype: .i8, layout: layout, storage: Storage([1])))
    let parts = [repeated, try scales(1), try scales(1)]
    #expect(try refusal(try grid(), shape.dimensions, parts)?.rule.id == "C09")
  }

  // MARK: Groups

  @Test(arguments: [0, -1, Int.min])
  func `a group has a column at least`(_ size: Int) {
    #expect(GroupedCodes(groupSize: size) == nil)
  }

  @Test(arguments: [(0, "grouped_int8"), (4, "grouped_int8_zero_points")])
  func `grouped codes say whether they have zero points`(_ count: Int, _ kind: String) throws {
    let zeros = try scales(count / 2, 2)
    let encoding = try encoded(
      try grouped(3), [2, 4], [try codes(2, 4), try scales(2, 2), zeros]
    ).encoding
    #expect(encoding.kind == kind)
    #expect(encoding.granularity == "group of 3")
    #expect(encoding.bits == 8)
  }

  @Test(arguments: [([2, 2], [2, 1]), ([2, 1], [2, 2]), ([4], [4]), ([2, 2], [1, 2])])
  func `groups without a scale and a zero point each are refused`(
    _ scales: [Int], _ zeros: [Int]
  ) throws {
    let parts = try [scales, zeros].map { shape in
      try tensor(.f16, shape, (0..<shape.reduce(1, *)).flatMap { _ in Self.half })
    }
    #expect(try refusal(try grouped(3), [2, 4], [codes(2, 4)] + parts)?.rule.id == "C09")
  }

  @Test(arguments: [DType.i16, .u16, .i32, .i64, .bool])
  func `zero points of other types are refused`(_ type: DType) throws {
    let parts = [try codes(2, 4), try scales(2, 1), try codes(2, 1, type)]
    #expect(try refusal(try grouped(4), [2, 4], parts)?.rule.id == "C09")
  }

  @Test func `an infinite zero point is refused`() throws {
    let parts = [try codes(1, 4), try scales(1, 1), try tensor(.f16, [1, 1], Self.infinite)]
    #expect(try refusal(try grouped(4), [1, 4], parts)?.rule.id == "C09")
  }

  @Test(arguments: [1, 128, Int.max])
  func `groups of no columns cost nothing`(_ size: Int) throws {
    let many = 1 << 60
    let none = try tensor(.f16, [many, 0], [])
    let parts = [try codes(many, 0), none, none]
    #expect(try encoded(try grouped(size), [many, 0], parts).decoded().byteCount == 0)
  }

  @Test func `groups that straddle blocks have their own scales`() throws {
    let columns = EncodedTensor.blockElements + 40
    let ones = try tensor(.i8, [1, columns], [UInt8](repeating: 1, count: columns))
    let count = (columns + 99) / 100
    // The numbers 0, 1, 2, …, which halves hold exactly up to 2048.
    let numbers = (0..<count).flatMap { index -> [UInt8] in
      let bits = Float16(index).bitPattern
      return [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
    }
    let none = try tensor(.u8, [0], [])
    let decoded = try encoded(
      try grouped(100), [1, columns], [ones, try tensor(.f16, [1, count], numbers), none]
    ).decoded()
    let values = decoded.storage.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    #expect(values == (0..<columns).map { Float($0 / 100) })
  }

  // MARK: Codebooks

  @Test func `a codebook's group has no negative size`() {
    #expect(CodebookCodes(groupSize: -1) == nil)
  }

  @Test(arguments: [
    (1, 0, 0, "row"), (2, 0, 1, "row"), (16, 3, 4, "group of 3"), (17, 3, 5, "group of 3"),
    (256, 1, 8, "group of 1"),
  ])
  func `a codebook says what its indices need`(
    _ entries: Int, _ size: Int, _ bits: Int, _ granularity: String
  ) throws {
    let groups = [0: 1, 1: 4, 3: 2][size] ?? 0
    let encoding = try encoded(
      try codebook(size), [2, 4],
      [codes(2, 4, .u8), codes(1, entries, .f32).flat, scales(2, groups)]
    ).encoding
    #expect(encoding.kind == "codebook\(entries)")
    #expect(encoding.bits == bits)
    #expect(encoding.granularity == granularity)
  }

  @Test func `an index beyond the codebook is refused where it is`() throws {
    let parts = [
      try tensor(.u8, [2, 4], [0, 1, 2, 0, 1, 3, 2, 4]), try codes(1, 3, .f32).flat,
      try scales(2, 1),
    ]
    let rejection = try refusal(try codebook(0), [2, 4], parts)
    #expect(rejection?.rule.id == "C08")
    #expect(rejection?.place.offset == 5)
  }

  @Test func `an empty codebook is refused as soon as there is an index`() throws {
    let book = try tensor(.f32, [0], [])
    let none = [try codes(2, 0, .u8), book, try scales(2, 1)]
    #expect(try encoded(try codebook(0), [2, 0], none).decoded().byteCount == 0)
    let one = [try codes(1, 1, .u8), book, try scales(1, 1)]
    #expect(try refusal(try codebook(0), [1, 1], one)?.rule.id == "C08")
  }

  @Test(arguments: [(DType.f32, [257]), (.f32, [1, 4]), (.f16, [4]), (.f64, [4]), (.i32, [4])])
  func `a codebook that is no list of at most 256 singles is refused`(
    _ type: DType, _ shape: [Int]
  ) throws {
    let width = try #require(type.byteWidth)
    let book = try tensor(type, shape, [UInt8](repeating: 0, count: shape.reduce(width, *)))
    let parts = [try codes(2, 4, .u8), book, try scales(2, 1)]
    #expect(try refusal(try codebook(0), [2, 4], parts)?.rule.id == "C09")
  }

  @Test func `a codebook with a number that is none is refused`() throws {
    let book = try tensor(.f32, [2], [0, 0, 0, 0, 0, 0, 0xC0, 0x7F])
    let parts = [try codes(2, 4, .u8), book, try scales(2, 1)]
    #expect(try refusal(try codebook(0), [2, 4], parts)?.rule.id == "C09")
  }

  @Test(arguments: [[2, 2], [2], [1, 2]])
  func `a codebook without one scale for each row is refused`(_ shape: [Int]) throws {
    let row = try tensor(.f16, shape, (0..<shape.reduce(1, *)).flatMap { _ in Self.half })
    let parts = [try codes(2, 4, .u8), try codes(1, 3, .f32).flat, row]
    #expect(try refusal(try codebook(0), [2, 4], parts)?.rule.id == "C09")
  }
}

extension Tensor {
  /// The same elements in one axis.
  fileprivate var flat: Tensor {
    get throws {
      try #require(
        Tensor(dtype: dtype, shape: .vector(shape.elementCount), storage: storage))
    }
  }
}
