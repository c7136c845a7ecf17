public import Diagnostics
internal import JSON
public import TensorCore

/// The header of a `.npy` array.
///
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3.
public struct NumPyArray: Sendable {
  /// The type of the elements.
  public let dtype: DType
  /// Whether the components are big-endian.
  public let isBigEndian: Bool
  /// Whether the first axis varies fastest.
  public let isFortranOrder: Bool
  /// The extents.
  public let shape: Shape
  /// Where the elements begin.
  public let dataStart: Int

  /// The longest header that is read; NumPy itself stops at 10,000 bytes.
  public static let maximumHeaderByteCount = 1 << 20

  /// Reads the header of the array that fills `bytes`. Throws N01 to N09.
  public init(parsing bytes: RawSpan, audit: inout Audit) throws(Rejection) {
    let header = try Self.headerRange(in: bytes)
    var literal = PythonLiteral(bytes.extracting(header), base: header.lowerBound)
    let fields = try literal.fields()
    guard let descr = fields.descr, let order = fields.isFortranOrder, let extents = fields.shape
    else {
      throw Rejection(
        NumPyRules.header, "descr, fortran_order or shape is missing",
        at: Place(offset: header.lowerBound))
    }
    (dtype, isBigEndian) = try Self.type(descr, at: Place(offset: header.lowerBound))
    guard let shape = Shape(extents), let size = dtype.byteCount(elements: shape.elementCount)
    else {
      throw Rejection(
        NumPyRules.shape, "the size of \(extents) overflows", at: Place(offset: header.lowerBound))
    }
    self.shape = shape
    isFortranOrder = order
    dataStart = header.upperBound
    try Self.check(bytes.byteCount - dataStart, holds: size, from: dataStart, audit: &audit)
  }

  /// Whether `bytes` begin like an array of any version.
  static func hasMagic(_ bytes: RawSpan) -> Bool {
    let magic: [UInt8] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
    guard bytes.byteCount >= magic.count else { return false }
    return magic.indices.allSatisfy { index in
      // In bounds: the length was just checked.
      unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) == magic[index]
    }
  }

  private static func headerRange(in bytes: RawSpan) throws(Rejection) -> Range<Int> {
    guard hasMagic(bytes), bytes.byteCount >= 12 else {
      throw Rejection(NumPyRules.magic, "the file does not begin with 0x93 NUMPY")
    }
    // In bounds: twelve bytes are there.
    let major = unsafe bytes.unsafeLoad(fromByteOffset: 6, as: UInt8.self)
    let minor = unsafe bytes.unsafeLoad(fromByteOffset: 7, as: UInt8.self)
    guard (1...3).contains(major), minor == 0 else {
      throw Rejection(NumPyRules.magic, "version \(major).\(minor)", at: Place(offset: 6))
    }
    let short = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt16.self)
    let long = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt32.self)
    let start = major == 1 ? 10 : 12
    let length = major == 1 ? Int(UInt16(littleEndian: short)) : Int(UInt32(littleEndian: long))
    guard length <= maximumHeaderByteCount, length <= bytes.byteCount - start else {
      throw Rejection(
        NumPyRules.headerLength,
        "the header's stated length is \(length) bytes, and \(bytes.byteCount - start) follow",
        at: Place(offset: 8))
    }
    return start..<(start + length)
  }

  private static func check(
    _ available: Int, holds size: Int, from start: Int, audit: inout Audit
  ) throws(Rejection) {
    guard available >= size else {
      throw Rejection(
        NumPyRules.truncated, "the array needs \(size) bytes, and \(available) follow the header",
        at: Place(offset: start))
    }
    guard available == size else {
      return try audit.enforce(
        NumPyRules.trailing, "\(available - size) bytes follow the array",
        at: Place(offset: start + size))
    }
  }
}

extension NumPyArray {
  private static let types: [String: DType] = [
    "b1": .bool, "?": .bool, "i1": .i8, "i2": .i16, "i4": .i32, "i8": .i64, "u1": .u8, "u2": .u16,
    "u4": .u32, "u8": .u64, "f2": .f16, "f4": .f32, "f8": .f64, "c8": .c64, "c16": .c128,
  ]

  /// The type that a code names, and whether its components are big-endian.
  ///
  /// `V2` is what writers that know bfloat16 leave for those that do not.
  private static func type(
    _ descr: PythonLiteral.Descr, at place: Place
  ) throws(Rejection) -> (DType, Bool) {
    switch descr {
    case .records(let holdObjects):
      throw Rejection(
        holdObjects ? NumPyRules.objects : NumPyRules.records, "the elements are records",
        at: place)
    case .code(let code):
      let order = code.first.flatMap { "<>=|".contains($0) ? $0 : nil }
      let name = order == nil ? code : String(code.dropFirst())
      guard name != "O", !name.hasPrefix("O") else {
        throw Rejection(NumPyRules.objects, "the type is \(code)", at: place)
      }
      if name == "V2" || name == "bfloat16" { return (.bf16, false) }
      guard let dtype = types[name] else {
        throw Rejection(NumPyRules.type, "the type is \(JSONValue.string(code))", at: place)
      }
      return (dtype, order == ">" && dtype.bitWidth > 8)
    }
  }

  /// The array as a tensor over `storage`, the bytes that the header was read from.
  public func content(of storage: Storage) throws(Rejection) -> TensorContent {
    let rejection = Rejection(NumPyRules.truncated, "the array reaches beyond its bytes")
    let size = dtype.byteCount(elements: shape.elementCount) ?? 0
    guard let data = storage.slice(dataStart..<(dataStart + size)) else { throw rejection }
    var strides = shape.contiguousStrides
    if isFortranOrder, let reversed = Shape(shape.dimensions.reversed()) {
      strides = reversed.contiguousStrides.reversed()
    }
    guard let layout = Layout(shape: shape, strides: strides, offset: 0),
      let tensor = Tensor(dtype: dtype, layout: layout, storage: data)
    else { throw rejection }
    return isBigEndian ? .transformed(tensor, .byteSwap) : .dense(tensor)
  }
}
