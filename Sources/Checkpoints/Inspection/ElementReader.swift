internal import CKernels
internal import TensorCore

/// Turns little-endian elements of any type that has an order into floating-point numbers.
enum ElementReader: Sendable {
  /// For types whose every value is exact in the 24 bits of a float32.
  case single(@Sendable (RawSpan) -> [Float])
  /// For wider types; 64-bit integers are rounded to the nearest double.
  case double(@Sendable (RawSpan) -> [Double])

  /// Bytes to decode at a time: with the decoded numbers they stay in a level-2 cache.
  static let blockByteCount = 1 << 16

  /// The reader of a type; nil for complex types and types that share bytes.
  init?(_ dtype: DType) {
    switch dtype {
    case .f32: self = .single { Self.widen($0, from: Float.self) { $0 } }
    case .f16: self = unsafe .kernel(2) { unsafe birdie_f16_to_f32($0, $1, $2) }
    case .bf16: self = unsafe .kernel(2) { unsafe birdie_bf16_to_f32($0, $1, $2) }
    case .f8e4m3: self = unsafe .byteKernel { unsafe birdie_f8_e4m3fn_to_f32($0, $1, $2) }
    case .f8e5m2: self = unsafe .byteKernel { unsafe birdie_f8_e5m2_to_f32($0, $1, $2) }
    case .f8e4m3fnuz: self = unsafe .byteKernel { unsafe birdie_f8_e4m3fnuz_to_f32($0, $1, $2) }
    case .f8e5m2fnuz: self = unsafe .byteKernel { unsafe birdie_f8_e5m2fnuz_to_f32($0, $1, $2) }
    case .f8e8m0: self = unsafe .byteKernel { unsafe birdie_f8_e8m0_to_f32($0, $1, $2) }
    case .bool, .u8: self = .single { Self.widen($0, from: UInt8.self) { Float($0) } }
    case .i8: self = .single { Self.widen($0, from: Int8.self) { Float($0) } }
    case .i16: self = .single { Self.widen($0, from: Int16.self) { Float($0) } }
    case .u16: self = .single { Self.widen($0, from: UInt16.self) { Float($0) } }
    case .i32: self = .double { Self.widen($0, from: Int32.self) { Double($0) } }
    case .u32: self = .double { Self.widen($0, from: UInt32.self) { Double($0) } }
    case .i64: self = .double { Self.widen($0, from: Int64.self) { Double($0) } }
    case .u64: self = .double { Self.widen($0, from: UInt64.self) { Double($0) } }
    case .f64: self = .double { Self.widen($0, from: Double.self) { $0 } }
    case .f4, .f6e2m3, .f6e3m2, .c32, .c64, .c128: return nil
    }
  }

  /// The elements as doubles, whatever their type.
  func doubles(_ bytes: RawSpan) -> [Double] {
    switch self {
    case .single(let decode): decode(bytes).map(Double.init)
    case .double(let decode): decode(bytes)
    }
  }

  private static func byteKernel(
    _ kernel:
      @Sendable @escaping (
        UnsafeMutablePointer<Float>?, UnsafePointer<UInt8>?, Int
      ) -> Void
  ) -> ElementReader {
    unsafe .kernel(1) { target, source, count in
      unsafe kernel(target, source?.assumingMemoryBound(to: UInt8.self), count)
    }
  }

  private static func kernel(
    _ width: Int,
    _ kernel: @Sendable @escaping (UnsafeMutablePointer<Float>?, UnsafeRawPointer?, Int) -> Void
  ) -> ElementReader {
    .single { bytes in
      let count = bytes.byteCount / width
      return unsafe [Float](unsafeUninitializedCapacity: count) { target, initialized in
        unsafe bytes.withUnsafeBytes { unsafe kernel(target.baseAddress, $0.baseAddress, count) }
        initialized = count
      }
    }
  }

  @inline(__always)
  private static func widen<Stored: BitwiseCopyable, Number>(
    _ bytes: RawSpan, from: Stored.Type, _ convert: (Stored) -> Number
  ) -> [Number] {
    let count = bytes.byteCount / MemoryLayout<Stored>.size
    return unsafe bytes.withUnsafeBytes { source in
      unsafe [Number](unsafeUninitializedCapacity: count) { target, initialized in
        for index in 0..<count {
          let stored = unsafe source.loadUnaligned(
            fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
          unsafe target.initializeElement(at: index, to: convert(stored))
        }
        initialized = count
      }
    }
  }
}
