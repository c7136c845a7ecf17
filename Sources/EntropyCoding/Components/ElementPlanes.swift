internal import CKernels
internal import TensorCore

/// How the elements of a type lie in planes: the most significant bytes of all elements first.
struct ElementPlanes: Sendable {
  /// The bytes of an element: the planes.
  let width: Int
  /// Whether the sign goes last, so that the first plane is nearly the exponent.
  let rotates: Bool

  /// The planes of a type's elements; types that share bytes are taken byte by byte.
  init(_ dtype: DType) {
    switch dtype {
    case .bf16, .f16: (width, rotates) = (2, true)
    case .f32: (width, rotates) = (4, true)
    case .f64: (width, rotates) = (8, true)
    case .i16, .u16: (width, rotates) = (2, false)
    case .i32, .u32, .c32: (width, rotates) = (4, false)
    case .i64, .u64, .c64, .c128: (width, rotates) = (8, false)
    default: (width, rotates) = (1, false)
    }
  }

  /// The planes of whole elements, one behind the other.
  func split(_ bytes: RawSpan) -> [UInt8] {
    guard width > 1 else { return bytes.copied() }
    let count = bytes.byteCount / width
    return unsafe [UInt8](unsafeUninitializedCapacity: count * width) { planes, filled in
      unsafe bytes.withUnsafeBytes { raw in
        unsafe birdie_split_planes(
          planes.baseAddress, raw.baseAddress, width, count, rotates ? 1 : 0)
      }
      filled = count * width
    }
  }

  /// The elements whose planes these are.
  func joined(_ planes: [UInt8]) -> [UInt8] {
    guard width > 1 else { return planes }
    let count = planes.count / width
    return unsafe [UInt8](unsafeUninitializedCapacity: count * width) { bytes, filled in
      unsafe planes.withUnsafeBufferPointer { planes in
        unsafe birdie_join_planes(
          bytes.baseAddress, planes.baseAddress, width, count, rotates ? 1 : 0)
      }
      filled = count * width
    }
  }
}
