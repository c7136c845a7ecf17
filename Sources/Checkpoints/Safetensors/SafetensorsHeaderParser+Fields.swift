internal import Diagnostics
internal import JSON
public import TensorCore

extension SafetensorsHeaderParser {
  /// The fields of one tensor's description, as far as they were seen.
  struct Fields {
    var dtype: DType?
    var dimensions: [Int]?
    var offsets: [Int]?
    /// The names of fields that the format does not have.
    var unknown: Set<String> = []

    /// Whether the field was seen already.
    func has(_ name: String) -> Bool {
      switch name {
      case "dtype": dtype != nil
      case "shape": dimensions != nil
      case "data_offsets": offsets != nil
      default: unknown.contains(name)
      }
    }

    /// The entry that the fields make up; throws if one is missing or impossible.
    func entry(named name: String, at place: Place) throws(Rejection) -> SafetensorsHeader.Entry {
      guard let dtype, let dimensions, let offsets else {
        let missing = dtype == nil ? "dtype" : dimensions == nil ? "shape" : "data_offsets"
        throw Rejection(SafetensorsRules.fields, "the field \(missing) is missing", at: place)
      }
      guard offsets.count == 2 else {
        throw Rejection(
          SafetensorsRules.fields, "data_offsets has \(offsets.count) numbers instead of 2",
          at: place)
      }
      guard offsets[0] <= offsets[1] else {
        throw Rejection(
          SafetensorsRules.offsets, "ends at byte \(offsets[1]) and begins at \(offsets[0])",
          at: place)
      }
      guard let shape = Shape(dimensions) else {
        throw Rejection(
          SafetensorsRules.overflow, "the product of \(dimensions) overflows", at: place)
      }
      return .init(name: name, dtype: dtype, shape: shape, range: offsets[0]..<offsets[1])
    }
  }

  /// Reads the description of a tensor, in the format's form or one that a lenient caller allows.
  mutating func readFields(
    of tensor: String, audit: inout Audit
  ) throws(Rejection) -> Fields {
    let kind = try take(tensor: tensor) { (scanner) throws(JSONDefect) in try scanner.nextKind() }
    guard kind == .array else { return try readObject(of: tensor, audit: &audit) }
    let place = Place(tensor: tensor, offset: 8 + scanner.position)
    try audit.enforce(SafetensorsRules.fields, "the description is an array", at: place)
    var fields = Fields()
    var count = 0
    try take { (scanner) throws(JSONDefect) in try scanner.openArray(depth: 1) }
    while try take({ (scanner) throws(JSONDefect) in try scanner.hasElement() }) {
      guard count < 3 else {
        throw Rejection(SafetensorsRules.fields, "the array has more than 3 elements", at: place)
      }
      let name = ["dtype", "shape", "data_offsets"][count]
      try readField(name, into: &fields, of: tensor, audit: &audit)
      count += 1
    }
    return fields
  }

  private mutating func readObject(
    of tensor: String, audit: inout Audit
  ) throws(Rejection) -> Fields {
    var fields = Fields()
    try take(tensor: tensor) { (scanner) throws(JSONDefect) in try scanner.openObject(depth: 1) }
    while let key = try take(
      tensor: tensor, { (scanner) throws(JSONDefect) in try scanner.nextKey() })
    {
      guard !fields.has(key.text) else {
        throw Rejection(
          SafetensorsRules.duplicateField, "the field \(key.text) is given twice",
          at: Place(tensor: tensor, offset: 8 + key.offset))
      }
      try readField(key.text, into: &fields, of: tensor, audit: &audit)
    }
    return fields
  }

  private mutating func readField(
    _ name: String, into fields: inout Fields, of tensor: String, audit: inout Audit
  ) throws(Rejection) {
    switch name {
    case "dtype": fields.dtype = try readType(of: tensor, audit: &audit)
    case "shape": fields.dimensions = try readIntegers(of: tensor)
    case "data_offsets": fields.offsets = try readIntegers(of: tensor)
    default:
      fields.unknown.insert(name)
      let place = Place(tensor: tensor, offset: 8 + scanner.position)
      // Skip first: a nesting bomb is worse news than an unknown field.
      try take(tensor: tensor) { (scanner) throws(JSONDefect) in try scanner.skipValue(depth: 2) }
      try audit.enforce(
        SafetensorsRules.fields, "unknown field \(JSONValue.string(name))", at: place)
    }
  }

  private mutating func readType(
    of tensor: String, audit: inout Audit
  ) throws(Rejection) -> DType {
    let kind = try take(tensor: tensor) { (scanner) throws(JSONDefect) in try scanner.nextKind() }
    let place = Place(tensor: tensor, offset: 8 + scanner.position)
    let name: String
    if kind == .object {
      try audit.enforce(SafetensorsRules.fields, "the dtype is an object", at: place)
      name = try take(tensor: tensor) { (scanner) throws(JSONDefect) in
        try Self.keyOfNull(&scanner)
      }
    } else {
      name = try take(tensor: tensor) { (scanner) throws(JSONDefect) in try scanner.string() }
    }
    guard let dtype = DType(rawValue: name), dtype.isInSafetensors else {
      throw Rejection(
        SafetensorsRules.unknownType, "\(JSONValue.string(name)) is no type of the format",
        at: place)
    }
    return dtype
  }

  /// Reads `{"F32":null}`, which is how the reference's parser takes an enumeration too.
  private static func keyOfNull(_ scanner: inout JSONScanner) throws(JSONDefect) -> String {
    let start = scanner.position
    try scanner.openObject(depth: 2)
    let mismatch = JSONDefect(.mismatch(expected: "a type's name"), at: start)
    guard let key = try scanner.nextKey() else { throw mismatch }
    guard try scanner.nextKind() == .word, try scanner.word() == .null else { throw mismatch }
    guard try scanner.nextKey() == nil else { throw mismatch }
    return key.text
  }

  private mutating func readIntegers(of tensor: String) throws(Rejection) -> [Int] {
    var integers: [Int] = []
    try take(tensor: tensor) { (scanner) throws(JSONDefect) in try scanner.openArray(depth: 2) }
    while try take(tensor: tensor, { (scanner) throws(JSONDefect) in try scanner.hasElement() }) {
      guard integers.count < limits.rank else {
        throw Rejection(
          SafetensorsRules.excess, "more than \(limits.rank) axes",
          at: Place(tensor: tensor, offset: 8 + scanner.position))
      }
      integers.append(try readInteger(of: tensor))
    }
    return integers
  }

  private mutating func readInteger(of tensor: String) throws(Rejection) -> Int {
    let value = try take(tensor: tensor) { (scanner) throws(JSONDefect) in
      let kind = try scanner.nextKind()
      // NaN and Infinity are broken JSON rather than a value of another type.
      if kind == .word { _ = try scanner.word() }
      guard kind == .number else {
        throw JSONDefect(.mismatch(expected: "a number"), at: scanner.position)
      }
      return try scanner.number()
    }
    switch value {
    case .integer(let number) where number >= 0: return number
    case .unsigned(let number):
      throw Rejection(
        SafetensorsRules.overflow, "\(number) is too large for an extent or offset",
        at: Place(tensor: tensor, offset: 8 + scanner.position))
    default:
      throw Rejection(
        SafetensorsRules.number, "\(value) is no extent or offset",
        at: Place(tensor: tensor, offset: 8 + scanner.position))
    }
  }
}

extension DType {
  /// Whether safetensors has this type: all but the complex ones of 2 × 16 and 2 × 64 bits.
  public var isInSafetensors: Bool { self != .c32 && self != .c128 }
}
