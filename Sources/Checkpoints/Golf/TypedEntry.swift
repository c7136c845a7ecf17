internal import ByteCodecs
internal import Diagnostics
internal import TensorCore

/// One weight of the typed-entries layout.
struct TypedEntry {
  private let name: String
  private let type: String
  private let fields: ArtifactValues

  /// Reads an entry's type; throws C12 without one.
  init(name: String, _ value: TorchValue?) throws(Rejection) {
    self.name = name
    fields = try ArtifactValues(value, "the entry")
    guard let type = fields["type"]?.stringValue else {
      throw Rejection(ByteCodecRules.unknownScheme, "the entry has no type")
    }
    self.type = type
  }

  /// The weight; throws C12 for an unknown type, C08 and C09 for fields that contradict each other.
  func content(ternary correction: GroupCorrection) throws(Rejection) -> TensorContent {
    switch type {
    case "ternary":
      let geometry = try groups(count: "n_trits")
      return try encoded(
        TernaryBase3(geometry: geometry, correction: correction), shape: try shape("orig_shape"))
    case "ternary_bitmask":
      let geometry = try groups(count: "n_trits")
      return try encoded(
        TernaryBitmask(geometry: geometry, correction: correction), shape: try shape("orig_shape"))
    case "binary":
      let geometry = try groups(count: "n_bits")
      return try encoded(BinarySigns(geometry: geometry), shape: try shape("orig_shape"))
    case "int4", "int5", "int6": return try packedIntegers()
    // "fp4" are integers, whatever the name says.
    case "fp4":
      return try encoded(PackedIntegers(width: 4, zero: 8), shape: try shape("shape"))
    case "fp8", "fp16", "bf16":
      return try fields.content("data").cast(to: .bf16, label: "\(name).data")
    default: throw Rejection(ByteCodecRules.unknownScheme, "the type is \(quoted(type))")
    }
  }

  private func packedIntegers() throws(Rejection) -> TensorContent {
    let shape = try shape("shape")
    let bits = try integer("bits")
    try expect("n_vals", shape.elementCount)
    guard type == "int\(bits)" else {
      throw Rejection(EncodingRules.componentMismatch, "\(type) has \(bits) bits")
    }
    // The codes are symmetric: the largest one below zero is never written.
    return try encoded(PackedIntegers(width: bits, zero: (1 << (bits - 1)) - 1), shape: shape)
  }

  private func encoded(
    _ encoding: (any TensorEncoding)?, shape: Shape
  ) throws(Rejection) -> TensorContent {
    guard let encoding else { throw Rejection(ByteCodecRules.unknownScheme, "the type is \(type)") }
    return .encoded(
      try EncodedTensor(
        dtype: .bf16, shape: shape, encoding: encoding,
        components: [
          try packed(), try fields.component("scale", named: "\(name).scale"),
        ]))
  }

  /// The packed codes, which are a string of bytes or a tensor.
  private func packed() throws(Rejection) -> EncodedTensor.Component {
    let label = "\(name).packed"
    guard case .bytes(let bytes) = fields["packed"] else {
      return try fields.component("packed", named: label)
    }
    guard let tensor = Tensor(dtype: .u8, shape: .vector(bytes.count), storage: Storage(bytes))
    else { throw Rejection(EncodingRules.componentMismatch, "packed cannot be seen as bytes") }
    return EncodedTensor.Component(name: label, tensor: tensor)
  }

  /// The groups that the entry's numbers describe, checked against its own count of codes.
  private func groups(count field: String) throws(Rejection) -> GroupGeometry {
    let matrix = try shape("shape")
    let (padded, size) = (try integer("padded_cols"), try integer("group_size"))
    guard matrix.rank == 2,
      let geometry = GroupGeometry(
        rows: matrix[0], columns: matrix[1], paddedColumns: padded, groupSize: size)
    else {
      throw Rejection(
        EncodingRules.componentMismatch,
        "a matrix \(matrix) padded to \(padded) columns has no groups of \(size)")
    }
    try expect(field, geometry.codeCount)
    return geometry
  }

  /// Throws C08 unless the entry counts as many codes as its shape needs.
  private func expect(_ field: String, _ count: Int) throws(Rejection) {
    let claimed = try integer(field)
    guard claimed == count else {
      throw Rejection(
        EncodingRules.invalidCodes, "\(field) is \(claimed), the shape needs \(count)")
    }
  }

  private func integer(_ field: String) throws(Rejection) -> Int {
    guard let value = fields[field]?.intValue else {
      throw Rejection(EncodingRules.componentMismatch, "\(field) is missing or no integer")
    }
    return value
  }

  private func shape(_ field: String) throws(Rejection) -> Shape {
    guard let shape = fields[field]?.shapeValue else {
      throw Rejection(EncodingRules.componentMismatch, "\(field) is missing or no shape")
    }
    return shape
  }
}

extension TorchValue {
  /// The extents that a list or tuple of integers gives.
  var shapeValue: Shape? {
    guard let items = sequenceValue else { return nil }
    var dimensions: [Int] = []
    for item in items {
      guard let extent = item.intValue else { return nil }
      dimensions.append(extent)
    }
    return Shape(dimensions)
  }
}
