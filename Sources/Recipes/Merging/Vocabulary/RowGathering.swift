internal import Diagnostics
internal import TensorCore

/// Goes over the rows of a plan once, or twice where some are the mean of all others.
struct RowGathering {
  let plan: RowPlan
  let origins: [RowPlan.Origin]
  let rows: [Int: RowReader]
  /// The elements of a row.
  let width: Int
  let dtype: DType

  /// About how much is read at once.
  private static let blockByteCount = 1 << 20

  /// Gives the bytes of all rows in order. Throws what reading and `sink` throw.
  func run(_ sink: (RawSpan) throws(Rejection) -> Void) throws(Rejection) {
    var padding: [UInt8] = []
    if origins.contains(.padding) { padding = try meanOfAll() }
    try forEachRun { (origin, count) throws(Rejection) in
      if origin == .padding {
        for _ in 0..<count { try sink(padding.span.bytes) }
      } else {
        try give(origin, count, sink)
      }
    }
  }

  /// Cuts the rows where they stop to follow one another in one model.
  private func forEachRun(
    _ body: (RowPlan.Origin, Int) throws(Rejection) -> Void
  ) throws(Rejection) {
    let most = max(1, Self.blockByteCount / max(rowByteCount, 1))
    var place = 0
    while place < origins.count {
      let origin = origins[place]
      var count = 1
      while place + count < origins.count, count < most,
        origins[place + count] == Self.following(origin, count)
      {
        count += 1
      }
      try body(origin, count)
      place += count
    }
  }

  private var rowByteCount: Int { width * (dtype.byteWidth ?? 1) }

  /// The origin that goes on with another; nil where none does.
  private static func following(_ origin: RowPlan.Origin, _ count: Int) -> RowPlan.Origin? {
    switch origin {
    case .row(let model, let row): .row(model: model, row: row + count)
    case .mean: nil
    case .zero, .padding: origin
    }
  }

  private func give(
    _ origin: RowPlan.Origin, _ count: Int, _ sink: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    switch origin {
    case .row(let model, let row): try reader(model).read(row..<(row + count), sink)
    case .mean(let place):
      let mean = try mean(of: place)
      try sink(mean.span.bytes)
    case .zero, .padding:
      let zeros = [UInt8](repeating: 0, count: count * rowByteCount)
      try sink(zeros.span.bytes)
    }
  }

  private func reader(_ model: Int) -> RowReader {
    guard let reader = rows[model] else { preconditionFailure("models of origins have readers") }
    return reader
  }

  // MARK: Means

  private func mean(of place: Int) throws(Rejection) -> [UInt8] {
    if dtype == .f64 { return try mean(Double.self, plan.means[place]) }
    return try mean(Float.self, plan.means[place])
  }

  /// The mean of rows: added up in the order of the models and divided, each step rounded.
  private func mean<Real: BinaryFloatingPoint & BitwiseCopyable>(
    _: Real.Type, _ list: [(model: Int, row: Int)]
  ) throws(Rejection) -> [UInt8] {
    let numbers = try RowNumbers<Real>(dtype)
    var sum = [Real](repeating: 0, count: width)
    for (model, row) in list {
      var values: [Real] = []
      try reader(model).read(row..<(row + 1)) { (bytes) throws(Rejection) in
        values += try numbers.values(bytes)
      }
      for column in sum.indices { sum[column] += values[column] }
      sum = try numbers.rounded(sum)
    }
    for column in sum.indices { sum[column] /= Real(list.count) }
    return try numbers.bytes(sum)
  }

  /// The mean of all rows that have a token.
  private func meanOfAll() throws(Rejection) -> [UInt8] {
    if dtype == .f64 { return try meanOfAll(Double.self) }
    return try meanOfAll(Float.self)
  }

  private func meanOfAll<Real: BinaryFloatingPoint & BitwiseCopyable>(
    _: Real.Type
  ) throws(Rejection) -> [UInt8] {
    let numbers = try RowNumbers<Real>(dtype)
    let count = origins.reduce(0) { $0 + ($1 == .padding ? 0 : 1) }
    var sum = RowSum<Real>(count: count, width: width)
    // A chunk may end inside of a row.
    var values: [Real] = []
    try forEachRun { (origin, count) throws(Rejection) in
      guard origin != .padding else { return }
      try give(origin, count) { (bytes) throws(Rejection) in
        values += try numbers.values(bytes)
        let whole = values.count / max(width, 1) * width
        sum.add(values[0..<whole])
        values.removeFirst(whole)
      }
    }
    var mean = sum.total()
    for column in mean.indices { mean[column] /= Real(max(count, 1)) }
    return try numbers.bytes(mean)
  }
}
