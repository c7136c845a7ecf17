public import Diagnostics

/// Indices into a list of numbers, times a scale per group of columns: `w = book[q] · s`.
///
/// Components: indices (U8, of the tensor's shape R × C), codebook (F32, at most 256 numbers),
/// scales (R × ⌈C / group size⌉, or R × 1 for a group size of 0; any float). The product is rounded
/// in float32.
public struct CodebookCodes: TensorEncoding {
  /// The most numbers that indices of a byte can tell apart.
  private static let maximumEntries = 256

  /// The columns that share a scale, or 0 where all of a row do.
  public let groupSize: Int
  private var entries: Int?

  /// Indices with scales for groups of columns or, for 0, for rows; nil for a size below 0.
  public init?(groupSize: Int) {
    guard groupSize >= 0 else { return nil }
    self.groupSize = groupSize
  }

  /// `codebook16`, … by the numbers in the codebook; `codebook` before that is known.
  public var kind: String { "codebook" + (entries.map(String.init) ?? "") }
  /// What the indices of the codebook need, as far as it is known.
  public var bits: Int? { entries.map { Int.bitWidth - max($0 - 1, 0).leadingZeroBitCount } ?? 8 }
  /// `row` or `group of 128`, …
  public var granularity: String? { groupSize == 0 ? "row" : "group of \(groupSize)" }

  /// Throws C09 unless indices are U8 of `shape`, which is a matrix, and every number of the
  /// codebook and every scale is there and finite; C08 on an index beyond the codebook.
  public func validate(_ components: [Tensor], shape: Shape) throws(Rejection) {
    let components = try components.expecting(3)
    let groups = try groups(of: shape)
    try components[0].requireStored(as: .u8, "indices")
    try require(
      components[0].shape == shape, EncodingRules.componentMismatch,
      "the indices have shape \(components[0].shape), not \(shape)")
    let count = try book(components[1]).count
    _ = try groups.scales(components[2])
    guard count < Self.maximumEntries else { return }
    let invalid = components[0].packed().bytes.withUnsafeBytes { indices in
      indices.firstIndex { $0 >= count }.map { (position: $0, index: indices[$0]) }
    }
    if let invalid {
      throw Rejection(
        EncodingRules.invalidCodes, "index \(invalid.index) is beyond a codebook of \(count)",
        at: Place(offset: invalid.position))
    }
  }

  /// The same, and in words how many numbers there are.
  public func described(by components: [(dtype: DType, shape: Shape)]) -> CodebookCodes {
    guard components.count > 1 else { return self }
    var described = self
    described.entries = components[1].shape.elementCount
    return described
  }

  /// Looks up and multiplies group after group.
  public func decode(
    _ components: [Tensor], shape: Shape, _ body: (Span<Float>) throws(Rejection) -> Void
  ) throws(Rejection) {
    let groups = try groups(of: shape)
    let scales = try groups.scales(components[2])
    // An entry for every byte: a mapped file can change after it was validated.
    let book = UnsafeMutablePointer<Float>.allocate(capacity: Self.maximumEntries)
    defer { book.deallocate() }
    book.initialize(repeating: 0, count: Self.maximumEntries)
    for (index, number) in try self.book(components[1]).enumerated() { book[index] = number }
    try components[0].packed().withCodes { (indices: UnsafePointer<UInt8>) throws(Rejection) in
      try groups.decode(to: body) { target, group, range in
        let (indices, scale) = (indices + range.lowerBound, scales[group])
        for index in 0..<range.count { target[index] = book[Int(indices[index])] * scale }
      }
    }
  }

  private func groups(of shape: Shape) throws(Rejection) -> MatrixGroups {
    try MatrixGroups(shape, size: groupSize == 0 ? nil : groupSize)
  }

  private func book(_ tensor: Tensor) throws(Rejection) -> [Float] {
    try tensor.requireStored(as: .f32, "numbers of the codebook")
    let count = tensor.shape.elementCount
    try require(
      tensor.shape.rank == 1 && count <= Self.maximumEntries, EncodingRules.componentMismatch,
      "the codebook has shape \(tensor.shape), no list of at most \(Self.maximumEntries)")
    return try tensor.scales(count: count, "numbers of the codebook")
  }
}
