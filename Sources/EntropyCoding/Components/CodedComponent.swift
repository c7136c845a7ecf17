internal import CKernels
public import Diagnostics
public import TensorCore

/// How the bytes of one tensor's part are kept: in the directory, or in streams of symbols.
public struct CodedComponent: Sendable {
  /// What there is for each plane.
  enum Plane: Sendable {
    /// Symbols as they are.
    case raw
    /// Symbols under a model.
    case coded(StreamDescription)
  }

  enum Coding: Sendable {
    /// The bytes were in the directory.
    case inline([UInt8])
    /// A stream for each plane, or for the symbols of 8 or 16 bits.
    case streams([Plane])
    /// Numbers of which bytes hold several, and the digits that are left at the end.
    case fields(FieldLayout, StreamDescription, rest: [UInt8])
  }

  /// The type of the elements.
  public let dtype: DType
  /// The extents.
  public let shape: Shape
  let coding: Coding
  /// What the description called the coding.
  let kind: Kind

  init(dtype: DType, shape: Shape, coding: Coding, kind: Kind? = nil) {
    self.dtype = dtype
    self.shape = shape
    self.coding = coding
    self.kind = kind ?? coding.kind
  }

  /// The numbers by which descriptions name the codings.
  enum Kind: Int, CaseIterable {
    case inline, streams, logarithmic, permutation, fields, adaptive
  }

  /// The bytes once decoded.
  public var byteCount: Int { dtype.byteCount(elements: shape.elementCount) ?? 0 }

  /// How many probabilities of shapes its tables take: a few bytes can ask for millions.
  public var tableWork: Int {
    switch coding {
    case .inline: 0
    case .fields(_, let stream, _): stream.tableWork
    case .streams(let planes):
      planes.reduce(0) { sum, plane in
        if case .coded(let stream) = plane { sum + stream.tableWork } else { sum }
      }
    }
  }

  /// The bytes of its chunks; nil where they are more than `limit`.
  public func chunkByteCount(atMost limit: Int) -> Int? {
    var sum = 0
    for length in planeByteCounts {
      sum += length
      guard sum <= limit else { return nil }
    }
    return sum
  }

  /// Of each plane the bytes of all its chunks; at most some 2^59 each.
  private var planeByteCounts: [Int] {
    switch coding {
    case .inline: return []
    case .fields(_, let stream, _): return [stream.byteCount]
    case .streams(let planes):
      let layout = symbolLayout
      return planes.map { plane in
        switch plane {
        case .raw: layout.count * layout.symbolWidth
        case .coded(let stream): stream.byteCount
        }
      }
    }
  }

  /// Of each chunk the bytes of each plane.
  var chunks: [[Int]] {
    switch coding {
    case .inline: return []
    case .fields(_, let stream, _): return stream.chunkLengths.map { [$0] }
    case .streams(let planes):
      let layout = symbolLayout
      return (0..<StreamDescription.chunkCount(of: layout.count)).map { index in
        let start = index * StreamDescription.chunkSymbols
        let count = min(layout.count - start, StreamDescription.chunkSymbols)
        return planes.map { plane in
          switch plane {
          case .raw: count * layout.symbolWidth
          case .coded(let stream): stream.chunkLengths[index]
          }
        }
      }
    }
  }

  /// The symbols of each stream and the bytes of one.
  var symbolLayout: (count: Int, symbolWidth: Int, planeCount: Int) {
    let width = dtype == .i16 || dtype == .u16 ? 2 : 1
    let planes = width == 2 ? 1 : ElementPlanes(dtype).width
    return (byteCount / (width * planes), width, planes)
  }

  /// The rows and columns of its symbols.
  static func geometry(_ dtype: DType, _ shape: Shape) -> StreamGeometry {
    let planes = dtype == .i16 || dtype == .u16 ? 2 : ElementPlanes(dtype).width
    let count = (dtype.byteCount(elements: shape.elementCount) ?? 0) / planes
    return StreamGeometry(count: count, extents: shape.dimensions)
  }

  /// What reports call the way it is coded.
  public var modelName: String {
    switch coding {
    case .inline: "in the directory"
    case .fields(_, let stream, _): stream.modelName
    case .streams(let planes):
      planes.map { plane in
        switch plane {
        case .raw: "raw"
        case .coded(let stream): stream.modelName
        }
      }.joined(separator: " + ")
    }
  }
}

extension CodedComponent {
  /// Reads what a directory says of a component of this type and shape; throws B05 for what cannot
  /// be.
  public init(
    from decoder: inout AdaptiveDecoder, dtype: DType, shape: Shape
  ) throws(Rejection) {
    guard let byteCount = dtype.byteCount(elements: shape.elementCount) else {
      throw Rejection(
        EntropyRules.damagedDescription, "\(shape) of \(dtype.rawValue) is no number of bytes")
    }
    let number = try decoder.number(
      CodedField.codingKind, limit: Kind.allCases.count - 1)
    let geometry = Self.geometry(dtype, shape)
    let kind = Kind.allCases[number]
    let coding: Coding
    switch kind {
    case .inline:
      coding = .inline(try InlineCoding.read(byteCount, dtype, from: &decoder))
    case .logarithmic:
      coding = .inline(
        try LogarithmicCoding.read(shape.elementCount, dtype, from: &decoder))
    case .permutation:
      coding = .inline(
        try PermutationCoding.read(shape.elementCount, dtype, from: &decoder))
    case .adaptive:
      coding = .inline(try AdaptiveCoding.read(dtype, geometry, from: &decoder))
    case .fields:
      coding = try Self.fields(byteCount, dtype, from: &decoder)
    case .streams:
      let planeCount = dtype == .i16 || dtype == .u16 ? 1 : ElementPlanes(dtype).width
      var planes: [Plane] = []
      for _ in 0..<planeCount {
        planes.append(try Self.plane(from: &decoder, geometry, Self.symbolRange(dtype)))
      }
      coding = .streams(planes)
    }
    self.init(dtype: dtype, shape: shape, coding: coding, kind: kind)
  }

  private static func plane(
    from decoder: inout AdaptiveDecoder, _ geometry: StreamGeometry, _ range: ClosedRange<Int>
  ) throws(Rejection) -> Plane {
    guard try decoder.number(CodedField.streamKind, limit: 1) == 1 else { return .raw }
    let stream = try StreamDescription(from: &decoder, geometry: geometry)
    try stream.requireSymbols(in: range)
    return .coded(stream)
  }

  /// What a symbol of a type's streams can be.
  private static func symbolRange(_ dtype: DType) -> ClosedRange<Int> {
    switch dtype {
    case .i8: -128...127
    case .i16: -32768...32767
    case .u16: 0...65535
    default: 0...255
    }
  }

  private static func fields(
    _ byteCount: Int, _ dtype: DType, from decoder: inout AdaptiveDecoder
  ) throws(Rejection) -> Coding {
    try require(
      dtype == .u8, EntropyRules.damagedDescription, "fields in \(dtype.rawValue)")
    let layout = try FieldLayout(from: &decoder, byteCount: byteCount)
    let stream = try StreamDescription(
      from: &decoder, geometry: layout.geometry(byteCount: byteCount))
    try stream.requireSymbols(in: layout.symbols)
    try require(
      layout.base == 2 || stream.lowBits == 0, EntropyRules.damagedDescription,
      "digits with \(stream.lowBits) low bits")
    var rest: [UInt8] = []
    for _ in 0..<layout.restCount(byteCount: byteCount) {
      rest.append(UInt8(try decoder.uniform(below: layout.base)))
    }
    return .fields(layout, stream, rest: rest)
  }

  /// Writes the description to a directory, once its chunks have lengths. What is inline writes
  /// itself where it was chosen.
  func writeStreams(to encoder: inout AdaptiveEncoder) {
    switch coding {
    case .inline: preconditionFailure("inline codings write themselves")
    case .streams(let planes):
      encoder.number(Kind.streams.rawValue, CodedField.codingKind)
      for plane in planes {
        switch plane {
        case .raw: encoder.number(0, CodedField.streamKind)
        case .coded(let stream):
          encoder.number(1, CodedField.streamKind)
          stream.write(to: &encoder)
        }
      }
    case .fields(let layout, let stream, let rest):
      encoder.number(Kind.fields.rawValue, CodedField.codingKind)
      layout.write(to: &encoder)
      stream.write(to: &encoder)
      for digit in rest { encoder.uniform(Int(digit), below: layout.base) }
    }
  }
}

extension CodedComponent.Coding {
  /// The number of what is not in the directory; `inline` for what is, in whatever form.
  fileprivate var kind: CodedComponent.Kind {
    switch self {
    case .inline: .inline
    case .streams: .streams
    case .fields: .fields
    }
  }
}

extension CodedComponent {
  /// What of the format it uses, in the words of the marks in the Python decoder.
  public var features: Set<String> {
    var features: Set<String> = []
    switch kind {
    case .inline: features.insert("inline")
    case .streams: features.insert("streams")
    case .logarithmic: features.insert("logarithmic")
    case .permutation: features.insert("permutation")
    case .fields: break
    case .adaptive: features.insert("adaptive")
    }
    if ElementPlanes(dtype).rotates { features.insert("float_planes") }
    if dtype == .bf16 { features.insert("bf16") }
    if dtype.rawValue.contains("_") { features.insert("f8") }
    switch coding {
    case .inline: break
    case .fields(let layout, let stream, _):
      features.insert(layout.base == 2 ? "bit_fields" : "digits")
      features.formUnion(stream.features)
    case .streams(let planes):
      if dtype == .i16 || dtype == .u16 { features.insert("sixteen") }
      for case .coded(let stream) in planes { features.formUnion(stream.features) }
      if planes.contains(where: { if case .raw = $0 { true } else { false } }) {
        features.insert("raw")
      }
    }
    return features
  }
}

extension StreamDescription {
  fileprivate var features: Set<String> {
    var features: Set = ["rans", model.number == 0 ? "histogram" : "mixture"]
    if trellisStates > 0 { features.insert("trellis") }
    if lowBits > 0 { features.insert("low_bits") }
    return features
  }
}
