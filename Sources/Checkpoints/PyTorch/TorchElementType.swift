internal import TensorCore

/// How PyTorch names the types of elements, and what one of its elements is in ours.
struct TorchElementType: Sendable, Equatable {
  /// The type of our elements.
  let dtype: DType
  /// How many of our elements one of PyTorch's is; 2 for `float4_e2m1fn_x2`.
  var elementsPerUnit = 1
  /// Whether the numbers are codes of a quantized tensor.
  var isQuantized = false
  /// How many codes a byte holds, lowest bits first: 2 for `quint4x2`, 4 for `quint2x4`.
  var codesPerByte = 1

  /// The bytes of one of PyTorch's elements.
  var unitByteCount: Int { dtype.byteCount(elements: elementsPerUnit) ?? 1 }
}

extension TorchElementType {
  /// The types by the name of their dtype, as in `torch.float32`.
  static let byDTypeName: [String: TorchElementType] = {
    var table: [String: TorchElementType] = [:]
    for (names, dtype) in plain {
      for name in names { table[name] = TorchElementType(dtype: dtype) }
    }
    for (name, dtype) in quantized {
      table[name] = TorchElementType(dtype: dtype, isQuantized: true)
    }
    table["float4_e2m1fn_x2"] = TorchElementType(dtype: .f4, elementsPerUnit: 2)
    return table
  }()

  /// The types by the name of their storage class, as in `torch.FloatStorage`.
  static let byStorageName: [String: TorchElementType] = [
    "DoubleStorage": TorchElementType(dtype: .f64),
    "FloatStorage": TorchElementType(dtype: .f32),
    "HalfStorage": TorchElementType(dtype: .f16),
    "BFloat16Storage": TorchElementType(dtype: .bf16),
    "LongStorage": TorchElementType(dtype: .i64),
    "IntStorage": TorchElementType(dtype: .i32),
    "ShortStorage": TorchElementType(dtype: .i16),
    "CharStorage": TorchElementType(dtype: .i8),
    "ByteStorage": TorchElementType(dtype: .u8),
    "BoolStorage": TorchElementType(dtype: .bool),
    "ComplexDoubleStorage": TorchElementType(dtype: .c128),
    "ComplexFloatStorage": TorchElementType(dtype: .c64),
    "QInt8Storage": TorchElementType(dtype: .i8, isQuantized: true),
    "QInt32Storage": TorchElementType(dtype: .i32, isQuantized: true),
    "QUInt8Storage": TorchElementType(dtype: .u8, isQuantized: true),
    "QUInt4x2Storage": TorchElementType(dtype: .u8, isQuantized: true, codesPerByte: 2),
    "QUInt2x4Storage": TorchElementType(dtype: .u8, isQuantized: true, codesPerByte: 4),
    // Bytes whose meaning only the tensor's dtype tells.
    "UntypedStorage": TorchElementType(dtype: .u8),
  ]

  private static let plain: [([String], DType)] = [
    (["float64", "double"], .f64), (["float32", "float"], .f32), (["float16", "half"], .f16),
    (["bfloat16"], .bf16), (["int64", "long"], .i64), (["int32", "int"], .i32),
    (["int16", "short"], .i16), (["int8"], .i8), (["uint8"], .u8), (["bool"], .bool),
    (["uint16"], .u16), (["uint32"], .u32), (["uint64"], .u64),
    (["complex32", "chalf"], .c32), (["complex64", "cfloat"], .c64),
    (["complex128", "cdouble"], .c128),
    (["float8_e4m3fn"], .f8e4m3), (["float8_e5m2"], .f8e5m2),
    (["float8_e4m3fnuz"], .f8e4m3fnuz), (["float8_e5m2fnuz"], .f8e5m2fnuz),
    (["float8_e8m0fnu"], .f8e8m0),
    // Opaque bits: kept as the unsigned integers of the same width.
    (["bits8", "bits1x8", "bits2x4", "bits4x2"], .u8), (["bits16"], .u16),
    ((1...7).map { "uint\($0)" }, .u8), ((1...7).map { "int\($0)" }, .i8),
  ]

  private static let quantized: [(String, DType)] = [
    ("qint8", .i8), ("quint8", .u8), ("qint32", .i32), ("quint4x2", .u8), ("quint2x4", .u8),
  ]
}
