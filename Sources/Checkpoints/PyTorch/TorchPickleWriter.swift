internal import Diagnostics
internal import TensorCore

/// Writes the pickle of a dictionary of tensors, in the protocol and calls that
/// `torch.load(weights_only=True)` admits.
struct TorchPickleWriter {
  private(set) var bytes: [UInt8] = []

  /// A tensor of the dictionary and the record that holds its elements.
  struct Entry {
    let name: String
    let dtype: DType
    let shape: Shape
    let storageKey: String
  }

  /// The pickle of `entries`; throws T13 for types that PyTorch lacks and for names that reading
  /// would refuse.
  static func pickle(_ entries: [Entry]) throws(Rejection) -> [UInt8] {
    var writer = TorchPickleWriter()
    writer.bytes = [0x80, 2, 0x7D]  // PROTO 2, EMPTY_DICT
    for entry in entries {
      try locating(Place(tensor: entry.name)) { () throws(Rejection) in
        writer.add(string: entry.name)
        try writer.add(entry)
        writer.bytes.append(0x73)  // SETITEM
      }
    }
    writer.bytes.append(0x2E)  // STOP
    return writer.bytes
  }

  /// Writes what builds a tensor; throws T13.
  private mutating func add(_ entry: Entry) throws(Rejection) {
    guard entry.name.utf8.count <= FlatteningBudget.maximumNameBytes else {
      throw Rejection(
        TorchRules.notRepresentable,
        "the name is longer than \(FlatteningBudget.maximumNameBytes) bytes; --rename shortens it")
    }
    guard let form = TorchTypeName.byDType[entry.dtype] else {
      throw Rejection(
        TorchRules.notRepresentable,
        "PyTorch has no \(entry.dtype.rawValue): choose --to safetensors")
    }
    var dimensions = entry.shape.dimensions
    if form.elementsPerUnit > 1 {
      guard let last = dimensions.popLast(), last % form.elementsPerUnit == 0 else {
        throw Rejection(TorchRules.notRepresentable, "\(entry.shape) is no whole number of bytes")
      }
      dimensions.append(last / form.elementsPerUnit)
    }
    let shape = Shape(dimensions) ?? .scalar
    add(global: "torch._utils", form.storage == nil ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2")
    bytes.append(0x28)  // MARK
    addStorage(entry, form, unitCount: shape.elementCount)
    add(integer: 0)
    add(tuple: shape.dimensions)
    add(tuple: shape.contiguousStrides)
    bytes.append(0x89)  // NEWFALSE: requires_grad
    add(global: "collections", "OrderedDict")
    bytes += [0x29, 0x52]  // EMPTY_TUPLE, REDUCE: backward hooks
    if form.storage == nil { add(global: "torch", form.dtype) }
    bytes += [0x74, 0x52]  // TUPLE, REDUCE
  }

  private mutating func addStorage(_ entry: Entry, _ form: TorchTypeName, unitCount: Int) {
    bytes.append(0x28)
    add(string: "storage")
    if let storage = form.storage {
      add(global: "torch", storage)
    } else {
      add(global: "torch.storage", "UntypedStorage")
    }
    add(string: entry.storageKey)
    add(string: "cpu")
    let byteCount = entry.dtype.byteCount(elements: entry.shape.elementCount) ?? 0
    add(integer: form.storage == nil ? byteCount : unitCount)
    bytes += [0x74, 0x51]  // TUPLE, BINPERSID
  }

  private mutating func add(string: String) {
    bytes.append(0x58)  // BINUNICODE
    let text = Array(string.utf8)
    add(text.count, width: 4)
    bytes += text
  }

  private mutating func add(global module: String, _ name: String) {
    bytes.append(0x63)  // GLOBAL
    bytes += Array("\(module)\n\(name)\n".utf8)
  }

  private mutating func add(tuple: [Int]) {
    bytes.append(0x28)
    for value in tuple { add(integer: value) }
    bytes.append(0x74)
  }

  /// BININT1, BININT2, BININT or LONG1, the shortest that holds the number.
  private mutating func add(integer value: Int) {
    switch value {
    case 0...0xFF:
      bytes.append(0x4B)
      add(value, width: 1)
    case 0...0xFFFF:
      bytes.append(0x4D)
      add(value, width: 2)
    case 0...0x7FFF_FFFF:
      bytes.append(0x4A)
      add(value, width: 4)
    default:
      bytes += [0x8A, 8]
      add(value, width: 8)
    }
  }

  private mutating func add(_ value: Int, width: Int) {
    for index in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
  }
}

extension TorchPickleWriter {
  /// The pickle of nested dictionaries of texts, whole numbers and dense tensors, and the tensors
  /// in the order of their storages' keys. Throws T13 for what cannot be written.
  static func pickle(
    _ value: TorchValue
  ) throws(Rejection) -> (bytes: [UInt8], tensors: [Tensor]) {
    var writer = TorchPickleWriter()
    var tensors: [Tensor] = []
    writer.bytes = [0x80, 2]
    try writer.add(value, named: "", &tensors)
    writer.bytes.append(0x2E)
    return (writer.bytes, tensors)
  }

  private mutating func add(
    _ value: TorchValue, named name: String, _ tensors: inout [Tensor]
  ) throws(Rejection) {
    switch value {
    case .string(let text): add(string: text)
    case .int(let number): add(integer: Int(number))
    case .dict(let dict):
      bytes.append(0x7D)  // EMPTY_DICT
      for (key, value) in dict.entries {
        let name = key.stringValue ?? ""
        add(string: name)
        try add(value, named: name, &tensors)
        bytes.append(0x73)
      }
    case .tensor(let tensor):
      guard case .dense(let dense) = tensor.content else { throw Self.notWritten(name) }
      let entry = Entry(
        name: name, dtype: dense.dtype, shape: dense.shape, storageKey: String(tensors.count))
      try locating(Place(tensor: name)) { () throws(Rejection) in try add(entry) }
      tensors.append(dense)
    default: throw Self.notWritten(name)
    }
  }

  private static func notWritten(_ name: String) -> Rejection {
    Rejection(
      TorchRules.notRepresentable, "an artifact has no place for what is under this name",
      at: Place(tensor: name))
  }
}

/// What PyTorch calls an element type when it pickles a tensor.
struct TorchTypeName {
  /// The name of the dtype, as in `torch.float32`.
  let dtype: String
  /// The storage class; nil for the types that only `_rebuild_tensor_v3` knows.
  var storage: String?
  /// How many of our elements one of PyTorch's is.
  var elementsPerUnit = 1

  static let byDType: [DType: TorchTypeName] = [
    .f64: TorchTypeName(dtype: "float64", storage: "DoubleStorage"),
    .f32: TorchTypeName(dtype: "float32", storage: "FloatStorage"),
    .f16: TorchTypeName(dtype: "float16", storage: "HalfStorage"),
    .bf16: TorchTypeName(dtype: "bfloat16", storage: "BFloat16Storage"),
    .i64: TorchTypeName(dtype: "int64", storage: "LongStorage"),
    .i32: TorchTypeName(dtype: "int32", storage: "IntStorage"),
    .i16: TorchTypeName(dtype: "int16", storage: "ShortStorage"),
    .i8: TorchTypeName(dtype: "int8", storage: "CharStorage"),
    .u8: TorchTypeName(dtype: "uint8", storage: "ByteStorage"),
    .bool: TorchTypeName(dtype: "bool", storage: "BoolStorage"),
    .c64: TorchTypeName(dtype: "complex64", storage: "ComplexFloatStorage"),
    .c128: TorchTypeName(dtype: "complex128", storage: "ComplexDoubleStorage"),
    .c32: TorchTypeName(dtype: "complex32"),
    .u16: TorchTypeName(dtype: "uint16"),
    .u32: TorchTypeName(dtype: "uint32"),
    .u64: TorchTypeName(dtype: "uint64"),
    .f8e4m3: TorchTypeName(dtype: "float8_e4m3fn"),
    .f8e5m2: TorchTypeName(dtype: "float8_e5m2"),
    .f8e4m3fnuz: TorchTypeName(dtype: "float8_e4m3fnuz"),
    .f8e5m2fnuz: TorchTypeName(dtype: "float8_e5m2fnuz"),
    .f8e8m0: TorchTypeName(dtype: "float8_e8m0fnu"),
    .f4: TorchTypeName(dtype: "float4_e2m1fn_x2", elementsPerUnit: 2),
  ]
}
