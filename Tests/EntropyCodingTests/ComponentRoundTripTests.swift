@testable import EntropyCoding
import Diagnostics
import TensorCore
import TestSupport
import Testing

/// Encodes a component and decodes it again.
func roundTrip(
  _ bytes: [UInt8], _ dtype: DType, _ shape: Shape, _ hints: ComponentHints = ComponentHints(),
  mostModelledBytes: Int = ComponentEncoder.mostModelledBytes
) throws -> (bytes: [UInt8], coded: CodedComponent, byteCount: Int, chunks: [UInt8]) {
  var encoder = AdaptiveEncoder()
  let sink = Chunks()
  var component = ComponentEncoder(dtype, shape, hints)
  component.mostModelledBytes = mostModelledBytes
  let description = try component.encode(
    { (body) throws(Rejection) in try body(bytes.span.bytes) }
  ) { sink.bytes += $0 }
  description.write(to: &encoder)
  let directory = encoder.finish()
  var decoder = AdaptiveDecoder(directory)
  let coded = try CodedComponent(from: &decoder, dtype: dtype, shape: shape)
  #expect(coded.chunkByteCount(atMost: .max) == sink.bytes.count)
  var decoded: [UInt8] = []
  try coded.forEachChunk(of: Storage(sink.bytes)) { decoded += $0.copied() }
  return (decoded, coded, directory.count + sink.bytes.count, sink.bytes)
}

private final class Chunks { var bytes: [UInt8] = [] }

struct ComponentRoundTripTests {
  /// What the values of a tensor are like.
  enum Content: CaseIterable {
    case constant, twoValues, uniform, gaussian, heavyTailed, random

    func value(_ random: inout SplitMix) -> Int {
      switch self {
      case .constant: -3
      case .twoValues: random.next() % 10 == 0 ? 1 : 0
      case .uniform: Int(random.next() % 100)
      case .gaussian: Int((random.normal() * 2.4).rounded())
      case .heavyTailed: Int((random.normal() / (random.uniform() + 1e-3)).rounded())
      case .random: Int(truncatingIfNeeded: random.next())
      }
    }
  }

  /// Rows and columns of many widths, and 0.3 to 7 bits a symbol.
  @Test(arguments: [Content.twoValues, .uniform, .gaussian, .heavyTailed], [false, true])
  func `streams take at most 0.05 % more bits than their model says`(
    content: Content, hasTrellis: Bool
  ) throws {
    var random = SplitMix(state: 17)
    let shape = try #require(Shape([331, 307]))
    let bytes = (0..<shape.elementCount).map { index in
      let width = content == .gaussian ? 1 + Double(index % 307 % 5) + Double(index / 307 % 3) : 1
      let value = (Double(content.value(&random)) * width).rounded()
      return UInt8(bitPattern: Int8(max(-127, min(127, value))))
    }
    let hints = ComponentHints(trellis: hasTrellis ? Trellis(states: 8) : nil)
    let result = try roundTrip(bytes, .i8, shape, hints)
    #expect(result.bytes == bytes)
    let ideal = try result.coded.modelBits(of: Storage(result.chunks))
    #expect(Double(8 * result.chunks.count) < ideal * 1.0005)
  }

  private static let types: [DType] = [
    .i8, .u8, .i16, .u16, .i32, .i64, .bool, .f8e4m3, .f16, .bf16, .f32, .f64, .c64,
  ]

  /// 10,400 tensors of every type, content and kind of shape.
  @Test(arguments: Content.allCases)
  func `a small tensor is what it was`(content: Content) throws {
    var random = SplitMix(state: 7)
    for index in 0..<1740 {
      let dtype = Self.types[index % Self.types.count]
      let extents = Self.extents(index, &random)
      let shape = try #require(Shape(extents))
      let count = try #require(dtype.byteCount(elements: shape.elementCount))
      let width = dtype.byteWidth ?? 1
      var bytes: [UInt8] = []
      while bytes.count < count {
        let value = content.value(&random)
        for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
      }
      let result = try roundTrip(bytes, dtype, shape)
      guard result.bytes == bytes else {
        Issue.record("\(dtype.rawValue) \(shape) \(content) of index \(index) changed")
        return
      }
    }
  }

  /// Shapes with 0, 1 and primes, of up to four axes.
  private static func extents(_ index: Int, _ random: inout SplitMix) -> [Int] {
    let sizes = [0, 1, 1, 1, 2, 2, 3, 5]
    return (0..<(index % 5)).map { _ in sizes[Int(random.next() % UInt64(sizes.count))] }
  }

  @Test(arguments: [DType.i8, .u8, .i16, .u16], Content.allCases)
  func `a tensor that is worth a stream is what it was`(dtype: DType, content: Content) throws {
    var random = SplitMix(state: 11)
    // With bytes there are enough symbols for rows and columns to have classes.
    let shape = try #require(Shape(dtype == .i8 ? [61, 37] : [17, 19]))
    let width = try #require(dtype.byteWidth)
    let bytes = (0..<shape.elementCount).flatMap { _ in
      let value = content.value(&random)
      return (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    #expect(try roundTrip(bytes, dtype, shape).bytes == bytes)
  }

  @Test(arguments: [DType.i8, .u8, .bool, .i16, .u16], Content.allCases)
  func `integers too many for memory are what they were`(dtype: DType, content: Content) throws {
    var random = SplitMix(state: 13)
    let shape = try #require(Shape([97, 31]))
    let width = try #require(dtype.byteWidth)
    let bytes = (0..<shape.elementCount).flatMap { _ in
      let value = content.value(&random)
      return (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    #expect(try roundTrip(bytes, dtype, shape, mostModelledBytes: 0).bytes == bytes)
  }

  @Test func `columns of different widths get classes of their own, and pay for them`() throws {
    var random = SplitMix(state: 3)
    let shape = try #require(Shape([192, 48]))
    let bytes = (0..<shape.elementCount).map { index in
      let width = index % 48 < 24 ? 1.0 : 12.0
      return UInt8(bitPattern: Int8(max(-127, min(127, (random.normal() * width).rounded()))))
    }
    let result = try roundTrip(bytes, .i8, shape)
    #expect(result.bytes == bytes)
    #expect(result.coded.modelName.contains("columns"))
    // log2(4.13 · width) bits for each half, 2.05 and 5.63: 3.84 on average.
    #expect(Double(8 * result.byteCount) / Double(bytes.count) < 3.95)
  }

  @Test(arguments: Trellis.supportedStates)
  func `codes that run through a trellis are what they were`(states: Int) throws {
    var random = SplitMix(state: UInt64(states))
    let shape = try #require(Shape([160, 64]))
    let bytes = (0..<shape.elementCount).map { _ in
      UInt8(bitPattern: Int8((random.normal() * 1.5).rounded()))
    }
    let trellis = try #require(Trellis(states: states))
    let result = try roundTrip(bytes, .i8, shape, ComponentHints(trellis: trellis))
    #expect(result.bytes == bytes)
    #expect(result.coded.modelName.contains("trellis"))
  }

  @Test func `a permutation takes as many bits as there are orders`() throws {
    var random = SplitMix(state: 5)
    var order = Array(0..<1000)
    order.shuffle(using: &random)
    let bytes = order.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let result = try roundTrip(bytes, .i32, try #require(Shape([1000])))
    #expect(result.bytes == bytes)
    // log2(1000!) = 8529.4 bits = 1066.2 bytes.
    #expect((1067...1070).contains(result.byteCount))
  }

  @Test(arguments: [DType.f16, .bf16, .f32])
  func `scales in powers of two with a fraction take a fraction of the bytes`(dtype: DType) throws {
    var random = SplitMix(state: 9)
    let values = (0..<512).map { _ in 0.02 + 0.01 * random.uniform() }
    let exact = values.flatMap { Self.element($0, dtype) }
    let powers = LogarithmicScales.rounded(exact.span.bytes, dtype, steps: 4)
    let rounded = try #require(powers)
    let result = try roundTrip(rounded, dtype, try #require(Shape([512])))
    #expect(result.bytes == rounded)
    // 0.58 octaves in steps of 1/16: 9 or 10 values.
    #expect(result.byteCount < 512 * 4 / 8)
  }

  private static func element(_ value: Double, _ dtype: DType) -> [UInt8] {
    let bits = Float(value).bitPattern
    switch dtype {
    case .f32: return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt32($0))) }
    case .bf16:
      return [UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 24)]
    default:
      let half = UInt16((Int(bits >> 23) - 112) << 10) | UInt16(bits >> 13 & 0x3FF)
      return [UInt8(truncatingIfNeeded: half), UInt8(truncatingIfNeeded: half >> 8)]
    }
  }

  @Test func `scales are rounded to the nearest step`() throws {
    let values: [Float] = [1, 1.04, 1.05, 0.75, 3]
    let bytes = values.flatMap { Self.element(Double($0), .f32) }
    let rounded = LogarithmicScales.rounded(bytes.span.bytes, .f32, steps: 3)
    // 2^(k/8) for k = 0, 0, 1, −3, 13.
    let expected: [Float] = [1, 1, 1.0905077, 0.7711054, 3.0844216]
    #expect(rounded == expected.flatMap { Self.element(Double($0), .f32) })
  }

  @Test func `negative or infinite scales are not rounded`() {
    for value in [-1, Float.infinity, 0] {
      let bytes = Self.element(Double(value), .f32)
      #expect(LogarithmicScales.rounded(bytes.span.bytes, .f32, steps: 4) == nil)
    }
  }
}
