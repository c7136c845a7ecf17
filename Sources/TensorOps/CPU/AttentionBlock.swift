internal import CKernels
package import TensorCore

/// The extents of an attention, checked to fit each other.
package struct AttentionHeads: Sendable {
  let positions: Int
  let queryHeads: Int
  /// How many heads the keys and values have.
  package let keyHeads: Int
  let width: Int
  /// How many rows of scores are formed at once, one for each query and head.
  private static let blockRows = 128

  /// The extents of queries, keys and values.
  package init(_ queries: Shape, _ keys: Shape, _ values: Shape) {
    precondition(
      queries.rank == 3 && keys.rank == 3 && keys == values && queries[0] == keys[0]
        && queries[2] == keys[2] && keys[1] > 0 && queries[1] % keys[1] == 0,
      "heads \(queries.dimensions) do not fit \(keys.dimensions) and \(values.dimensions)")
    (positions, queryHeads, width) = (queries[0], queries[1], queries[2])
    keyHeads = keys[1]
  }

  /// How many query heads share a key head.
  var groupSize: Int { queryHeads / keyHeads }
  /// How many queries are answered at once; few enough that little is computed of keys after them.
  private var blockLength: Int { max(16, min(64, Self.blockRows / max(groupSize, 1))) }
  /// How many blocks the queries make.
  package var blockCount: Int { (positions + blockLength - 1) / blockLength }

  func queries(of block: Int) -> Range<Int> {
    let start = block * blockLength
    return start..<min(start + blockLength, positions)
  }
}

/// Some neighbouring queries of the heads that share a key head, and the keys that they see: what
/// attention and its gradient form scores of at once.
package struct AttentionBlock: Sendable {
  private let heads: AttentionHeads
  private let mask: AttentionMask
  private let group: Int
  private let queries: Range<Int>
  private let firstKey: Int

  /// The block of a number below `heads.blockCount`, of the heads of one key head.
  package init(_ heads: AttentionHeads, group: Int, block: Int, _ mask: AttentionMask) {
    self.heads = heads
    self.mask = mask
    self.group = group
    queries = heads.queries(of: block)
    firstKey = queries.reduce(queries.lowerBound) { min($0, mask.keys(of: $1).lowerBound) }
  }

  /// How many rows the scores have: one for each query and head.
  package var rowCount: Int { queries.count * heads.groupSize }
  /// How many columns the scores have.
  package var keyCount: Int { queries.upperBound - firstKey }
  /// How many dimensions a head has.
  package var width: Int { heads.width }

  /// How far apart the keys, or values, of neighbouring positions are.
  package var keyStride: Int { heads.keyHeads * width }
  /// Where the first key, or value, begins.
  package var keyStart: Int { firstKey * keyStride + group * width }

  /// The keys, or the values, that the block sees.
  package func keyRows(_ start: UnsafePointer<Float>) -> MatrixView {
    MatrixView(start + keyStart, keyCount, width, stride: keyStride)
  }

  private var queryStride: Int { heads.queryHeads * width }
  private var queryStart: Int {
    queries.lowerBound * queryStride + group * heads.groupSize * width
  }

  /// Puts the block's rows of the queries, or what has their shape, one after another: the heads of
  /// a group lie side by side.
  package func pack(_ source: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) {
    let count = heads.groupSize * width
    for query in 0..<queries.count {
      (packed + query * count).update(
        from: source + queryStart + query * queryStride, count: count)
    }
  }

  /// Puts rows back where `pack` took them from.
  package func unpack(_ packed: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    let count = heads.groupSize * width
    for query in 0..<queries.count {
      (target + queryStart + query * queryStride).update(
        from: packed + query * count, count: count)
    }
  }

  /// Writes the probabilities of the keys, `rowCount` × `keyCount`: zero for those not seen.
  package func writeProbabilities(
    queries packed: UnsafePointer<Float>, keys: UnsafePointer<Float>, scale: Float,
    into scores: UnsafeMutablePointer<Float>
  ) {
    let kernels = birdie_kernels().pointee
    MatrixProduct.multiply(
      MatrixView(packed, rowCount, width), keyRows(keys), transposingSecond: true, scale: scale,
      into: scores, stride: keyCount)
    for row in 0..<rowCount {
      let seen = mask.keys(of: queries.lowerBound + row / heads.groupSize)
      let line = scores + row * keyCount
      let (lower, upper) = (seen.lowerBound - firstKey, seen.upperBound - firstKey)
      kernels.softmax_row(line + lower, line + lower, seen.count)
      line.update(repeating: 0, count: lower)
      (line + upper).update(repeating: 0, count: keyCount - upper)
    }
  }
}
