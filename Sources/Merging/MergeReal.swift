internal import CKernels
internal import Diagnostics
internal import TensorCore

/// The numbers that merges compute with: float32, which are rounded to a narrower type after each
/// step where the result has one, or float64.
protocol MergeReal:
  BinaryFloatingPoint, DrawingReal, MagnitudeReal, SpanReal, VariationReal, Sendable
{
  /// Reads elements, rounded to a type. Throws F04 where the file has become shorter.
  static func read(
    _ elements: MergeElements, _ range: Range<Int>, into target: UnsafeMutablePointer<Self>,
    as dtype: DType, by bytes: UnsafeMutableRawBufferPointer
  ) throws(Rejection)
  /// The type whose elements these numbers are.
  static var dtype: DType { get }
  /// Rounds numbers to a type.
  static func round(_ numbers: UnsafeMutablePointer<Self>, _ count: Int, to dtype: DType)
  /// The bytes of numbers that were rounded to a type.
  static func store(
    _ numbers: UnsafePointer<Self>, _ count: Int, as dtype: DType, to bytes: UnsafeMutableRawPointer
  )
  /// target = a op b.
  static func combine(
    _ operation: MergeOperation, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    into target: UnsafeMutablePointer<Self>, _ count: Int)
  /// target = factor · a.
  static func scale(
    _ a: UnsafePointer<Self>, by factor: Self, into target: UnsafeMutablePointer<Self>, _ count: Int
  )
  /// Divides numbers where they are.
  static func divide(_ numbers: UnsafeMutablePointer<Self>, by divisor: Self, _ count: Int)
  /// target = Σ weights[i] · inputs[i] / divisor, each product added with one rounding.
  static func average(
    _ inputs: [UnsafeMutablePointer<Self>], _ weights: [Self], by divisor: Self,
    into target: UnsafeMutablePointer<Self>, _ count: Int)
}

/// What two numbers become.
enum MergeOperation: Sendable {
  /// a + b.
  case add
  /// a − b.
  case subtract
  /// a · b.
  case multiply
  /// a / b.
  case divide
}

extension MergeReal {
  /// The number rounded to a type.
  func rounded(to dtype: DType) -> Self {
    var number = self
    Self.round(&number, 1, to: dtype)
    return number
  }
}

extension Float: MergeReal {
  /// float32.
  static var dtype: DType { .f32 }

  /// Reads elements, rounded to a type. Throws F04 where the file has become shorter.
  static func read(
    _ elements: MergeElements, _ range: Range<Int>, into target: UnsafeMutablePointer<Float>,
    as dtype: DType, by bytes: UnsafeMutableRawBufferPointer
  ) throws(Rejection) {
    try elements.read(range, into: target, as: dtype, by: bytes)
  }

  /// Rounds numbers to a type.
  static func round(
    _ numbers: UnsafeMutablePointer<Float>, _ count: Int, to dtype: DType
  ) {
    switch dtype {
    case .bf16: birdie_round_bf16(numbers, count)
    case .f16: birdie_round_f16(numbers, count)
    default: break
    }
  }

  /// The bytes of numbers that were rounded to a type.
  static func store(
    _ numbers: UnsafePointer<Float>, _ count: Int, as dtype: DType,
    to bytes: UnsafeMutableRawPointer
  ) {
    switch dtype {
    case .bf16: birdie_f32_to_bf16(bytes.assumingMemoryBound(to: UInt16.self), numbers, count)
    case .f16: birdie_f32_to_f16(bytes.assumingMemoryBound(to: UInt16.self), numbers, count)
    case .f32: bytes.copyMemory(from: numbers, byteCount: count * 4)
    default: preconditionFailure("\(dtype) is no type of results")
    }
  }

  /// target = a op b.
  static func combine(
    _ operation: MergeOperation, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    let kernel =
      switch operation {
      case .add: BIRDIE_ADD
      case .subtract: BIRDIE_SUBTRACT
      case .multiply: BIRDIE_MULTIPLY
      case .divide: BIRDIE_DIVIDE
      }
    birdie_kernels().pointee.binary_f32(kernel, target, a, b, count)
  }

  /// target = factor · a.
  static func scale(
    _ a: UnsafePointer<Float>, by factor: Float, into target: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    birdie_kernels().pointee.unary_f32(BIRDIE_SCALE, target, a, factor, count)
  }

  /// Divides numbers where they are.
  static func divide(
    _ numbers: UnsafeMutablePointer<Float>, by divisor: Float, _ count: Int
  ) {
    birdie_kernels().pointee.unary_f32(BIRDIE_DIVIDE_BY, numbers, numbers, divisor, count)
  }

  /// target = Σ weights[i] · inputs[i] / divisor, each product added with one rounding.
  static func average(
    _ inputs: [UnsafeMutablePointer<Float>], _ weights: [Float], by divisor: Float,
    into target: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    var inputs = inputs.map { UnsafePointer<Float>?($0) }
    birdie_kernels().pointee.weighted_mean(
      target, &inputs, weights, weights.count, divisor, count)
  }
}

extension Double: MergeReal {
  /// float64.
  static var dtype: DType { .f64 }

  /// Reads elements; every type is a part of float64. Throws F04 where the file has become shorter.
  static func read(
    _ elements: MergeElements, _ range: Range<Int>, into target: UnsafeMutablePointer<Double>,
    as _: DType, by bytes: UnsafeMutableRawBufferPointer
  ) throws(Rejection) {
    try elements.read(range, into: target, by: bytes)
  }

  /// Rounds numbers to float32, or leaves them as they are.
  static func round(_ numbers: UnsafeMutablePointer<Double>, _ count: Int, to dtype: DType) {
    guard dtype == .f32 else { return }
    for index in 0..<count { numbers[index] = Double(Float(numbers[index])) }
  }

  /// The bytes of numbers.
  static func store(
    _ numbers: UnsafePointer<Double>, _ count: Int, as _: DType, to bytes: UnsafeMutableRawPointer
  ) {
    bytes.copyMemory(from: numbers, byteCount: count * 8)
  }

  /// target = a op b.
  static func combine(
    _ operation: MergeOperation, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    into target: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    switch operation {
    case .add: for index in 0..<count { target[index] = a[index] + b[index] }
    case .subtract: for index in 0..<count { target[index] = a[index] - b[index] }
    case .multiply: for index in 0..<count { target[index] = a[index] * b[index] }
    case .divide: for index in 0..<count { target[index] = a[index] / b[index] }
    }
  }

  /// target = factor · a.
  static func scale(
    _ a: UnsafePointer<Double>, by factor: Double, into target: UnsafeMutablePointer<Double>,
    _ count: Int
  ) {
    for index in 0..<count { target[index] = a[index] * factor }
  }

  /// Divides numbers where they are.
  static func divide(
    _ numbers: UnsafeMutablePointer<Double>, by divisor: Double, _ count: Int
  ) {
    for index in 0..<count { numbers[index] /= divisor }
  }

  /// target = Σ weights[i] · inputs[i] / divisor, each product added with one rounding.
  static func average(
    _ inputs: [UnsafeMutablePointer<Double>], _ weights: [Double], by divisor: Double,
    into target: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    for index in 0..<count {
      var sum = 0.0
      for (input, weight) in zip(inputs, weights) { sum.addProduct(weight, input[index]) }
      target[index] = sum / divisor
    }
  }
}
