internal import Diagnostics
internal import Pickle
internal import TensorCore

extension TorchConstructors {
  /// NumPy's arrays, scalars and dtypes, under the module names of NumPy 1 and 2.
  static var numPy: [String: Constructor] {
    let array: Constructor = { builder, call throws(Rejection) in
      try builder.reconstructedArray(call)
    }
    let buffer: Constructor = { builder, call throws(Rejection) in try builder.bufferArray(call) }
    let number: Constructor = { builder, call throws(Rejection) in
      try builder.numPyScalar(call)
    }
    let type: Constructor = { _, call throws(Rejection) in try dtype(call) }
    return [
      "numpy.dtype": type,
      "numpy.core.multiarray._reconstruct": array, "numpy._core.multiarray._reconstruct": array,
      "numpy.core.multiarray.scalar": number, "numpy._core.multiarray.scalar": number,
      "numpy.core.numeric._frombuffer": buffer, "numpy._core.numeric._frombuffer": buffer,
    ]
  }

  /// A dtype becomes the text of NumPy's array protocol, such as `<f4`; BUILD sets the byte order.
  private static func dtype(_ call: TorchCall) throws(Rejection) -> TorchValue {
    let code = try call.string(0)
    let order = call.state?.sequenceValue?.dropFirst().first?.stringValue ?? "|"
    return .object(className: "numpy.dtype", state: .string(order + code))
  }
}

extension TorchObjectBuilder {
  /// `scalar(dtype, bytes)`: a number, or nothing where no number of ours can be it (T22).
  mutating func numPyScalar(_ call: TorchCall) throws(Rejection) -> TorchValue {
    guard let descriptor = try NumPyElement(call.argument(0)) else {
      return try leaveOut(arrayOf: call.argument(0), "numpy scalar")
    }
    guard case .bytes(let bytes) = try call.argument(1) else {
      throw call.malformed("argument 1 is no bytes")
    }
    guard bytes.count == descriptor.dtype.byteWidth else {
      throw Rejection(TorchRules.storageSize, "a scalar of \(bytes.count) bytes")
    }
    let ordered = descriptor.isBigEndian ? bytes.reversed() : bytes
    let bits = ordered.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    switch descriptor.dtype {
    case .f64: return .float(Double(bitPattern: bits))
    case .f32: return .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
    case .f16: return .float(Double(Float16(bitPattern: UInt16(truncatingIfNeeded: bits))))
    case .bool: return .bool(bits != 0)
    case .i8: return .int(Int64(Int8(truncatingIfNeeded: bits)))
    case .i16: return .int(Int64(Int16(truncatingIfNeeded: bits)))
    case .i32: return .int(Int64(Int32(truncatingIfNeeded: bits)))
    case .i64: return .int(Int64(bitPattern: bits))
    case .u8, .u16, .u32: return .int(Int64(bits))
    case .u64: return Int64(exactly: bits).map(TorchValue.int) ?? .bigInt(String(bits))
    default: return try leaveOut(arrayOf: call.argument(0), "numpy scalar")
    }
  }
}

/// The element type of a pickled NumPy array.
struct NumPyElement {
  let dtype: DType
  let isBigEndian: Bool

  /// Reads what `numpy.dtype` became; nil for text, dates and records, which are no tensors.
  /// Object arrays, whose elements are pickles of their own, are refused (P36).
  init?(_ value: TorchValue) throws(Rejection) {
    guard case .object("numpy.dtype", let state) = value, let text = state.stringValue,
      let order = text.first
    else { throw Rejection(PickleRules.objectArray, "the dtype is none") }
    let code = String(text.dropFirst())
    guard !code.hasPrefix("O") else {
      throw Rejection(PickleRules.objectArray, "an array of Python objects")
    }
    guard let dtype = Self.types[code] else { return nil }
    self.dtype = dtype
    isBigEndian = order == ">"
  }

  private static let types: [String: DType] = [
    "b1": .bool, "i1": .i8, "i2": .i16, "i4": .i32, "i8": .i64, "u1": .u8, "u2": .u16,
    "u4": .u32, "u8": .u64, "f2": .f16, "f4": .f32, "f8": .f64, "c8": .c64, "c16": .c128,
  ]
}

extension TorchObjectBuilder {
  /// `_reconstruct(ndarray, (0,), b"b")`, whose BUILD state is
  /// `(version, shape, dtype, is_fortran, bytes)`.
  mutating func reconstructedArray(_ call: TorchCall) throws(Rejection) -> TorchValue {
    guard let state = call.state?.sequenceValue, state.count == 5,
      let shape = state[1].sequenceValue
    else { throw call.malformed("the array has no state") }
    if case .list = state[4] {
      throw Rejection(PickleRules.objectArray, "an array of Python objects")
    }
    return try array(
      call, bytes: state[4], dtype: state[2], shape: shape.compactMap(\.intValue),
      isColumnMajor: state[3].intValue == 1)
  }

  /// `_frombuffer(bytes, dtype, shape, order)`, as protocol 5 has it.
  mutating func bufferArray(_ call: TorchCall) throws(Rejection) -> TorchValue {
    let bytes = try call.argument(0)
    let dtype = try call.argument(1)
    let shape = try call.integers(2)
    let order = try call.string(3)
    return try array(call, bytes: bytes, dtype: dtype, shape: shape, isColumnMajor: order == "F")
  }

  /// A tensor over the bytes of a pickled array.
  mutating func array(
    _ call: TorchCall, bytes: TorchValue, dtype: TorchValue, shape dimensions: [Int],
    isColumnMajor: Bool
  ) throws(Rejection) -> TorchValue {
    guard let element = try NumPyElement(dtype) else {
      return leaveOut(arrayOf: dtype, "numpy array")
    }
    let content: [UInt8]
    switch bytes {
    case .bytes(let raw): content = raw
    case .string(let text): content = try TorchConstructors.latin1(text)
    default: throw call.malformed("the array has no bytes")
    }
    guard let shape = Shape(dimensions), let width = element.dtype.byteWidth,
      shape.elementCount.multiplied(by: width) == content.count
    else {
      throw Rejection(
        TorchRules.storageSize, "shape \(dimensions) does not take \(content.count) bytes")
    }
    let strides = isColumnMajor ? shape.columnMajorStrides : shape.contiguousStrides
    guard let layout = Layout(shape: shape, strides: strides, offset: 0),
      let tensor = Tensor(dtype: element.dtype, layout: layout, storage: Storage(content))
    else { throw Rejection(TorchRules.sizeOverflow, "shape \(dimensions)") }
    let swaps = element.isBigEndian && width / element.dtype.componentsPerElement > 1
    return .tensor(
      TorchTensor(
        content: swaps ? .transformed(tensor, .byteSwap) : .dense(tensor), storageKey: nil))
  }

  /// Notes a value whose type no tensor can have (T22).
  private mutating func leaveOut(arrayOf dtype: TorchValue, _ kind: String) -> TorchValue {
    guard case .object(_, let state) = dtype, let text = state.stringValue else {
      return .opaque(kind)
    }
    leftOut.arrayTypes.append(text)
    return .opaque("\(kind) of type \(text)")
  }
}
