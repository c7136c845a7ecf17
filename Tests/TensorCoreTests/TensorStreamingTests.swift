import Diagnostics
import Files
import TensorCore
import Testing

struct TensorStreamingTests {
  /// The elements of a view of the bytes 0, 1, 2, … as `forEachChunk` gives them.
  private func elements(
    shape: [Int], strides: [Int], offset: Int = 0, count: Int
  ) throws -> [UInt8] {
    let storage = Storage((0..<count).map { UInt8($0) })
    let shape = try #require(Shape(shape))
    let layout = try #require(Layout(shape: shape, strides: strides, offset: offset))
    let tensor = try #require(Tensor(dtype: .u8, layout: layout, storage: storage))
    var bytes: [UInt8] = []
    try tensor.forEachChunk { chunk throws(Rejection) in
      chunk.withUnsafeBytes { bytes += $0 }
    }
    return bytes
  }

  @Test func `a transposed view is read by its own rows`() throws {
    #expect(try elements(shape: [3, 2], strides: [1, 3], count: 6) == [0, 3, 1, 4, 2, 5])
  }

  @Test func `a stepped slice skips what lies between`() throws {
    #expect(try elements(shape: [3], strides: [2], offset: 1, count: 6) == [1, 3, 5])
  }

  @Test func `a stride of zero repeats the element`() throws {
    #expect(try elements(shape: [2, 3], strides: [1, 0], count: 2) == [0, 0, 0, 1, 1, 1])
  }

  @Test func `three axes in any order come out row by row`() throws {
    let bytes = try elements(shape: [2, 2, 2], strides: [1, 4, 2], count: 8)
    #expect(bytes == [0, 2, 4, 6, 1, 3, 5, 7])
  }

  @Test func `an empty tensor gives no chunk`() throws {
    #expect(try elements(shape: [0, 4], strides: [9, 9], count: 0) == [])
  }

  @Test func `a scattered view longer than the buffer arrives in order and whole`() throws {
    let count = Tensor.chunkByteCount / 8 + 5
    let storage = Storage([UInt8](repeating: 7, count: 16))
    let shape = try #require(Shape([count, 2]))
    let layout = try #require(Layout(shape: shape, strides: [0, 0], offset: 1))
    let tensor = try #require(Tensor(dtype: .f32, layout: layout, storage: storage))
    var sizes: [Int] = []
    try tensor.forEachChunk { chunk throws(Rejection) in sizes.append(chunk.byteCount) }
    #expect(sizes == [Tensor.chunkByteCount, 10 * 4])
  }

  @Test(arguments: [[4, -1], [1 << 40, 1 << 40], [0, 1 << 62, 4]])
  func `a shape that is negative or overflows does not exist`(dimensions: [Int]) {
    #expect(Shape(dimensions) == nil)
  }

  @Test func `a view that reaches beyond its storage does not exist`() throws {
    let shape = try #require(Shape([2, 2]))
    let layout = try #require(Layout(shape: shape, strides: [3, 1], offset: 0))
    let storage = Storage([UInt8](repeating: 0, count: 4 * 4))
    #expect(Tensor(dtype: .f32, layout: layout, storage: storage) == nil)
  }

  @Test func `types that share bytes are sized by bits`() {
    #expect(DType.f4.byteCount(elements: 3) == nil)
    #expect(DType.f4.byteCount(elements: 6) == 3)
    #expect(DType.f6e3m2.byteCount(elements: 4) == 3)
    #expect(DType.f64.byteCount(elements: .max) == nil)
  }

  @Test func `scratch bytes come back mapped`() throws {
    var scratch = try ScratchFile()
    let bytes: [UInt8] = [1, 2, 3]
    try scratch.append(bytes.span.bytes)
    try scratch.append(bytes.span.bytes)
    let storage = try scratch.finish()
    #expect(storage.bytes.withUnsafeBytes { Array($0) } == [1, 2, 3, 1, 2, 3])
  }
}
