internal import JSON
internal import TensorCore

// MARK: Encodings whose codes share scales in groups

/// Groups of ternary codes whose scales are corrected.
protocol KeptTernaryEncoding: KeptEncoding {
  var geometry: GroupGeometry { get }
  var correction: GroupCorrection { get }
  init(geometry: GroupGeometry, correction: GroupCorrection)
}

extension TernaryBase3: KeptTernaryEncoding {
  static var method: String { "ternary_base3" }
}

extension TernaryBitmask: KeptTernaryEncoding {
  static var method: String { "ternary_bitmask" }
}

extension KeptTernaryEncoding {
  var parameters: [(key: String, value: JSONValue)] {
    geometry.parameters + [correction.parameter]
  }

  init?(parameters: JSONValue) {
    guard let geometry = GroupGeometry(parameters: parameters),
      let correction = GroupCorrection(parameters: parameters)
    else { return nil }
    self.init(geometry: geometry, correction: correction)
  }
}

extension BinarySigns: KeptEncoding {
  static var method: String { "binary" }

  var parameters: [(key: String, value: JSONValue)] { geometry.parameters }

  init?(parameters: JSONValue) {
    guard let geometry = GroupGeometry(parameters: parameters) else { return nil }
    self.init(geometry: geometry)
  }
}

extension GroupedCodes: KeptEncoding {
  static var method: String { "grouped" }

  var parameters: [(key: String, value: JSONValue)] { [("group_size", .integer(groupSize))] }

  init?(parameters: JSONValue) {
    guard let groupSize = parameters["group_size"]?.integer else { return nil }
    self.init(groupSize: groupSize)
  }
}

extension CodebookCodes: KeptEncoding {
  static var method: String { "codebook" }
  var scaleIndices: [Int] { [2] }

  var parameters: [(key: String, value: JSONValue)] { [("group_size", .integer(groupSize))] }

  init?(parameters: JSONValue) {
    guard let groupSize = parameters["group_size"]?.integer else { return nil }
    self.init(groupSize: groupSize)
  }
}

extension GroupGeometry {
  fileprivate var parameters: [(key: String, value: JSONValue)] {
    [
      ("rows", .integer(rows)), ("columns", .integer(columns)),
      ("padded_columns", .integer(paddedColumns)), ("group_size", .integer(groupSize)),
    ]
  }

  fileprivate init?(parameters: JSONValue) {
    guard let rows = parameters["rows"]?.integer, let columns = parameters["columns"]?.integer,
      let paddedColumns = parameters["padded_columns"]?.integer,
      let groupSize = parameters["group_size"]?.integer
    else { return nil }
    self.init(rows: rows, columns: columns, paddedColumns: paddedColumns, groupSize: groupSize)
  }
}

extension GroupCorrection {
  fileprivate var parameter: (key: String, value: JSONValue) {
    switch self {
    case .none: ("scales_divided_by", .null)
    case .meanMagnitude: ("scales_divided_by", "mean_magnitude")
    }
  }

  fileprivate init?(parameters: JSONValue) {
    switch parameters["scales_divided_by"] {
    case .null?: self = .none
    case "mean_magnitude"?: self = .meanMagnitude
    default: return nil
    }
  }
}
