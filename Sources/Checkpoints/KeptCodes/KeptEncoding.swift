internal import JSON
internal import TensorCore

/// An encoding that the metadata of a file of codes can describe and give back.
///
/// One conformance for each encoding, one line in `KeptEncodings`.
protocol KeptEncoding: TensorEncoding {
  /// The name of the arithmetic in the metadata.
  static var method: String { get }
  /// What the arithmetic needs to know besides the components.
  var parameters: [(key: String, value: JSONValue)] { get }
  /// The encoding that `parameters` describe, or nil where they describe none.
  init?(parameters: JSONValue)
  /// Which components are scales, that may be rounded where the caller allows it.
  var scaleIndices: [Int] { get }
}

extension KeptEncoding {
  var scaleIndices: [Int] { [1] }
}

/// Every encoding that can be kept.
enum KeptEncodings {
  static let all: [any KeptEncoding.Type] = [
    ScaledCodes.self, PackedIntegers.self, LowRankResidual.self, TernaryBase3.self,
    TernaryBitmask.self, BinarySigns.self, CastEncoding.self, AffineCodes.self, GridCodes.self,
    GroupedCodes.self, CodebookCodes.self,
  ]
}

extension TensorEncoding {
  /// Whether a conversion must say what becomes of the codes: PyTorch's quantized tensors have a
  /// type of their own, which no target has.
  var asksForPolicy: Bool { self is AffineCodes }
}

extension ScaledCodes: KeptEncoding {
  static var method: String { "scaled" }

  var parameters: [(key: String, value: JSONValue)] {
    [("bits", bits.map(JSONValue.integer) ?? .null), ("coverage", .string(coverage.rawValue))]
  }

  init?(parameters: JSONValue) {
    guard let bits = parameters["bits"], bits == .null || (1...8).contains(bits.integer ?? 0),
      let coverage = parameters["coverage"]?.string.flatMap(Coverage.init)
    else { return nil }
    self.init(bits: bits.integer, coverage: coverage)
  }
}

extension LowRankResidual: KeptEncoding {
  static var method: String { "scaled+low_rank" }
  var scaleIndices: [Int] { [1, 3, 5] }

  var parameters: [(key: String, value: JSONValue)] {
    base.parameters + [("residual", .string(scaling.rawValue))]
  }

  init?(parameters: JSONValue) {
    guard let base = ScaledCodes(parameters: parameters),
      let scaling = parameters["residual"]?.string.flatMap(Scaling.init)
    else { return nil }
    self.init(base: base, scaling: scaling)
  }
}

extension PackedIntegers: KeptEncoding {
  static var method: String { "packed" }

  var parameters: [(key: String, value: JSONValue)] {
    [("width", .integer(width)), ("zero", .integer(zero))]
  }

  init?(parameters: JSONValue) {
    guard let width = parameters["width"]?.integer, let zero = parameters["zero"]?.integer else {
      return nil
    }
    self.init(width: width, zero: zero)
  }
}

extension CastEncoding: KeptEncoding {
  static var method: String { "cast" }
  var scaleIndices: [Int] { [] }

  var parameters: [(key: String, value: JSONValue)] { [("stored", .string(stored.rawValue))] }

  init?(parameters: JSONValue) {
    guard let stored = parameters["stored"]?.string.flatMap(DType.init) else { return nil }
    self.init(stored: stored)
  }
}

extension AffineCodes: KeptEncoding {
  static var method: String { "affine" }
  var scaleIndices: [Int] { [] }

  var parameters: [(key: String, value: JSONValue)] {
    [("codes", .string(codeType.rawValue)), ("axis", axis.map(JSONValue.integer) ?? .null)]
  }

  init?(parameters: JSONValue) {
    guard let codeType = parameters["codes"]?.string.flatMap(DType.init),
      let axis = parameters["axis"], axis == .null || axis.integer != nil
    else { return nil }
    self.init(codeType: codeType, axis: axis.integer)
  }
}

extension GridCodes: KeptEncoding {
  static var method: String { "grid" }
  var scaleIndices: [Int] { [1, 2] }

  var parameters: [(key: String, value: JSONValue)] {
    [("states", .integer(trellis?.states ?? 0))]
  }

  init?(parameters: JSONValue) {
    guard let states = parameters["states"]?.integer else { return nil }
    self.init(states: states)
  }
}
