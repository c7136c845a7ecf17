internal import Diagnostics
internal import TensorCore

/// Whether the parts of a sparse tensor agree with each other and with its size (T11).
struct SparseCheck {
  let layout: String
  let parts: TorchDict

  func run() throws(Rejection) {
    guard let size = parts["size"]?.sequenceValue?.compactMap(\.intValue),
      let values = parts["values"]?.tensorValue, Shape(size) != nil
    else {
      throw Rejection(TorchRules.sparseIndices, "size or values are missing")
    }
    switch layout {
    case "torch.sparse_coo": try coordinates(size, values.content.shape)
    case "torch.sparse_csr", "torch.sparse_bsr":
      try compressed("crow_indices", "col_indices", values.content.shape, limit: size.last)
    default:
      try compressed(
        "ccol_indices", "row_indices", values.content.shape, limit: size.dropLast().last)
    }
  }

  private func coordinates(_ size: [Int], _ values: Shape) throws(Rejection) {
    guard let indices = parts["indices"]?.tensorValue?.content, indices.shape.rank == 2,
      indices.shape[0] <= size.count, indices.shape[1] == values.dimensions.first ?? 1
    else {
      throw Rejection(TorchRules.sparseIndices, "indices and values do not match")
    }
    for (axis, extent) in size.prefix(indices.shape[0]).enumerated() {
      let row = axis * indices.shape[1]
      try check(indices, "indices", row..<(row + indices.shape[1]), below: extent)
    }
  }

  private func compressed(
    _ outer: String, _ inner: String, _ values: Shape, limit: Int?
  ) throws(Rejection) {
    guard let pointers = parts[outer]?.tensorValue?.content, pointers.shape.elementCount > 0,
      let indices = parts[inner]?.tensorValue?.content, let limit,
      indices.shape.elementCount == values.dimensions.prefix(indices.shape.rank).reduce(1, *)
    else {
      throw Rejection(TorchRules.sparseIndices, "\(outer), \(inner) and values do not match")
    }
    let count = indices.shape.elementCount
    try check(pointers, outer, 0..<pointers.shape.elementCount, below: count + 1)
    try checkOrder(pointers, outer, rowLength: pointers.shape.dimensions.last ?? 1)
    try check(indices, inner, 0..<count, below: limit)
  }

  /// Throws unless each row of pointers begins at 0 and never decreases.
  private func checkOrder(
    _ content: TensorContent, _ name: String, rowLength: Int
  ) throws(Rejection) {
    let width = content.dtype == .i64 ? 8 : 4
    var (position, last) = (0, 0)
    try content.forEachChunk { chunk throws(Rejection) in
      for offset in stride(from: 0, to: chunk.byteCount, by: width) {
        let value = chunk.integer(at: offset, width: width)
        let isFirst = position % rowLength == 0
        guard isFirst ? value == 0 : value >= last else {
          throw Rejection(TorchRules.sparseIndices, "\(name) decrease to \(value)")
        }
        last = value
        position += 1
      }
    }
  }

  /// Throws unless every element of `range` is at least 0 and below `limit`.
  private func check(
    _ content: TensorContent, _ name: String, _ range: Range<Int>, below limit: Int
  ) throws(Rejection) {
    guard content.dtype == .i64 || content.dtype == .i32 else {
      throw Rejection(TorchRules.sparseIndices, "\(name) are no integers")
    }
    let width = content.dtype == .i64 ? 8 : 4
    var position = 0
    try content.forEachChunk { chunk throws(Rejection) in
      for offset in stride(from: 0, to: chunk.byteCount, by: width) {
        defer { position += 1 }
        guard range.contains(position) else { continue }
        let value = chunk.integer(at: offset, width: width)
        guard value >= 0, value < limit else {
          throw Rejection(TorchRules.sparseIndices, "\(name) hold \(value), the limit is \(limit)")
        }
      }
    }
  }
}

extension RawSpan {
  /// The signed little-endian integer of 4 or 8 bytes at `offset`, which the caller has checked.
  fileprivate func integer(at offset: Int, width: Int) -> Int {
    precondition(offset + width <= byteCount, "the integer lies inside the span")
    return unsafe width == 8
      ? Int(unsafeLoadUnaligned(fromByteOffset: offset, as: Int64.self))
      : Int(unsafeLoadUnaligned(fromByteOffset: offset, as: Int32.self))
  }
}
