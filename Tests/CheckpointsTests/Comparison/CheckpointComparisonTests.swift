import Checkpoints
import TensorCore
import Testing

struct CheckpointComparisonTests {
  /// How two tensors called `w` differ.
  private func difference(
    _ left: TensorContent, _ right: TensorContent
  ) throws -> TensorDifference {
    let comparison = try checkpoint(["w": left]).compared(with: checkpoint(["w": right]))
    return try #require(comparison.tensors.first)
  }

  private func difference(_ left: [Float], _ right: [Float]) throws -> TensorDifference {
    try difference(.literal(.f32, left), .literal(.f32, right))
  }

  @Test func `a tensor equals itself, NaN and all`() throws {
    let difference = try difference([1, .nan, -.infinity], [1, .nan, -.infinity])
    #expect(difference.isEqual)
    #expect(difference.isWithin(0))
    #expect(difference.numbers?.signalToNoise == .infinity)
  }

  @Test func `the next float is one step away`() throws {
    let numbers = try difference([1, 2], [Float(1).nextUp, 2]).numbers
    #expect(numbers?.maximumULPs == 1)
    #expect(numbers?.maximumAbsolute == 0x1p-23)
    #expect(numbers?.differingCount == 1)
  }

  @Test func `steps are counted across zero, which is one value`() throws {
    let least = Float.leastNonzeroMagnitude
    #expect(try difference([least], [-least]).numbers?.maximumULPs == 2)
  }

  @Test func `a negative zero is another bit pattern but no distance`() throws {
    let difference = try difference([0.0], [-0.0])
    #expect(!difference.isEqual)
    #expect(!difference.isWithin(0))
    #expect(difference.isWithin(1e-30))
    #expect(difference.numbers?.maximumULPs == 0)
  }

  @Test func `orthogonal vectors have the cosine 0 and opposite ones -1`() throws {
    #expect(try difference([1, 0], [0, 1]).numbers?.cosine == 0)
    #expect(try difference([1, 2], [-1, -2]).numbers?.cosine == -1)
    #expect(try difference([1, 2], [0, 0]).numbers?.cosine == nil)
  }

  @Test func `noise of a tenth of the signal's amplitude is 20 dB below it`() throws {
    let left: [Double] = [1, -1, 1, -1]
    let difference = try difference(
      .literal(.f64, left), .literal(.f64, left.map { $0 * 1.1 }))
    let decibels = try #require(difference.numbers?.signalToNoise)
    // 0.1 is off by a rounding of 1.1; 1e-12 dB is ten thousand times that.
    #expect(abs(decibels - 20) < 1e-12)
  }

  @Test func `a NaN that was a number is out of every tolerance`() throws {
    let difference = try difference([1, .nan], [1, 2])
    #expect(difference.numbers?.nonfiniteMismatchCount == 1)
    #expect(!difference.isWithin(1e9))
  }

  @Test func `another type with the same values is a difference without tolerance`() throws {
    let difference = try difference(
      .literal(.f32, [1, -2] as [Float]), .literal(.bf16, [0x3F80, 0xC000] as [UInt16]))
    #expect(!difference.isWithin(0))
    #expect(difference.isWithin(1e-9))
    #expect(difference.numbers?.maximumULPs == nil)
    #expect(difference.numbers?.maximumAbsolute == 0)
  }

  @Test func `tensors of different shapes are not measured`() throws {
    let difference = try difference([1, 2], [1])
    #expect(!difference.isEqual)
    #expect(difference.numbers == nil)
    #expect(!difference.isWithin(1e9))
  }

  @Test func `neighbouring integers beyond the doubles are 1 apart`() throws {
    let big: Int64 = 1 << 60
    let numbers = try difference(.literal(.i64, [big]), .literal(.i64, [big + 1])).numbers
    #expect(numbers?.maximumAbsolute == 1)
    #expect(numbers?.maximumULPs == 1)
  }

  @Test func `an integer that only its last bits tell from another differs`() throws {
    let big: UInt64 = 1 << 63
    let numbers = try difference(.literal(.u64, [big, 5]), .literal(.u64, [big + 1, 5])).numbers
    #expect(numbers?.differingCount == 1)
    // 10·log₁₀(2¹²⁶ / 1).
    #expect(numbers.flatMap(\.signalToNoise).map { abs($0 - 379.2977947) < 1e-6 } == true)
  }

  @Test func `the distance of extreme integers does not overflow`() throws {
    let numbers = try difference(
      .literal(.i64, [Int64.min]), .literal(.i64, [Int64.max])
    ).numbers
    #expect(numbers?.maximumULPs == .max)
  }

  @Test func `scattered views are compared element by element on either side`() throws {
    let view = try TensorContent.transposed(
      .f32, [1, 2, 3, 4, 5, 6] as [Float], rows: 2, columns: 3)
    let plain = try TensorContent.literal(.f32, [1, 4, 2, 5, 3, 6] as [Float], shape: [3, 2])
    let other = try TensorContent.literal(.f32, [1, 4, 2, 5, 3, 8] as [Float], shape: [3, 2])
    #expect(try difference(view, plain).isEqual)
    #expect(try difference(plain, view).isEqual)
    #expect(try difference(view, view).isEqual)
    #expect(try difference(view, other).numbers?.maximumAbsolute == 2)
    #expect(try difference(other, view).numbers?.maximumAbsolute == 2)
  }

  @Test func `the parts of complex numbers are compared apart`() throws {
    let numbers = try difference(
      .literal(.c64, [1, 2] as [Float], shape: [1]), .literal(.c64, [1, 5] as [Float], shape: [1])
    ).numbers
    #expect(numbers?.maximumAbsolute == 3)
    #expect(numbers?.differingCount == 1)
  }

  @Test func `complex and real numbers are not measured against each other`() throws {
    let difference = try difference(
      .literal(.c64, [1, 2] as [Float], shape: [1]), .literal(.f32, [1] as [Float]))
    #expect(!difference.isEqual)
    #expect(difference.numbers == nil)
  }

  @Test func `names that look alike but have other bytes are two names`() throws {
    let content = try TensorContent.literal(.f32, [1] as [Float])
    let comparison = try checkpoint(["e\u{301}": content])
      .compared(with: checkpoint(["\u{e9}": content]))
    #expect(comparison.tensors.isEmpty)
    #expect(comparison.onlyInLeft.map { Array($0.utf8) } == [Array("e\u{301}".utf8)])
    #expect(comparison.onlyInRight.count == 1)
  }

  @Test func `names of one side only are a difference whatever the tolerance`() throws {
    let content = try TensorContent.literal(.f32, [1] as [Float])
    let comparison = try checkpoint(["a": content, "b": content])
      .compared(with: checkpoint(["b": content, "c": content]))
    #expect(comparison.onlyInLeft == ["a"])
    #expect(comparison.onlyInRight == ["c"])
    #expect(!comparison.isWithin(1e9))
  }

  @Test func `tensors without data are the same when type and shape are`() throws {
    let absent = TensorContent.absent(.f32, .vector(3))
    #expect(try difference(absent, absent).isEqual)
    #expect(try !difference(absent, .literal(.f32, [1, 2, 3] as [Float])).isEqual)
  }
}
