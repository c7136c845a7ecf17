internal import CKernels
public import TensorCore

extension CPUBackend {
  /// How many rows of an input, and of a weight that has to be widened, are multiplied at once.
  /// Constant, so that sums are formed alike for any number of threads.
  private static let blockRows = 512

  /// x · weightᵀ + bias.
  public func linear(_ x: Tensor, _ weight: Tensor, bias: Tensor?) -> Tensor {
    precondition(weight.shape.rank == 2, "a weight has the shape [outputs, inputs]")
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    precondition(x.rowWidth == inputs, "the input has \(x.rowWidth) columns and not \(inputs)")
    let rows = x.rowCount
    let reader = FloatReader(x)
    let bias = bias.map(FloatReader.init)
    return Tensor(x.dtype, x.shape.replacingLast(by: outputs)) { target in
      let output = SharedPointer(target)
      forEachBlock(of: weight) { first, block in
        reader.read { source in
          let input = MatrixView(source, rows, inputs)
          ParallelFor.run((rows + Self.blockRows - 1) / Self.blockRows) { index in
            let start = index * Self.blockRows
            let range = start..<min(start + Self.blockRows, rows)
            MatrixProduct.multiply(
              input.rows(range), block, transposingSecond: true,
              into: output.address + start * outputs + first, stride: outputs)
          }
        }
      }
      withOptional(bias) { bias in
        guard let bias else { return }
        for row in 0..<rows {
          let line = target + row * outputs
          kernels.binary_f32(BIRDIE_ADD, line, line, bias, outputs)
        }
      }
    }
  }

  /// The weight as it is if it is float32; else some rows at a time, widened, so that no second
  /// copy of a model arises.
  private func forEachBlock(
    of weight: Tensor, _ body: (_ firstRow: Int, _ rows: MatrixView) -> Void
  ) {
    let (rows, columns) = (weight.shape[0], weight.shape[1])
    guard weight.dtype != .f32 else {
      FloatReader(weight).read { body(0, MatrixView($0, rows, columns)) }
      return
    }
    for start in stride(from: 0, to: rows, by: Self.blockRows) {
      let block = FloatReader(weight.slice(start..<min(start + Self.blockRows, rows)))
      block.read { body(start, MatrixView($0, block.count / max(columns, 1), columns)) }
    }
  }

  /// Causal attention, a block of queries at a time: the scores of one block are all that exist.
  public func attention(
    queries: Tensor, keys: Tensor, values: Tensor, scale: Float, mask: AttentionMask
  ) -> Tensor {
    let heads = AttentionHeads(queries.shape, keys.shape, values.shape)
    let (q, k, v) = (FloatReader(queries), FloatReader(keys), FloatReader(values))
    return Tensor(queries.dtype, queries.shape) { target in
      let output = SharedPointer(target)
      q.read { q in
        k.read { k in
          v.read { v in
            let inputs = (SharedPointer(q), SharedPointer(k), SharedPointer(v))
            ParallelFor.run(heads.keyHeads * heads.blockCount) { index in
              attend(
                heads, group: index % heads.keyHeads, block: index / heads.keyHeads, inputs,
                scale, mask, into: output)
            }
          }
        }
      }
    }
  }

  /// The outputs of the heads that share a key head, for a block of queries; their scores are all
  /// that exist.
  private func attend(
    _ heads: AttentionHeads, group: Int, block: Int,
    _ inputs: (SharedPointer, SharedPointer, SharedPointer), _ scale: Float,
    _ mask: AttentionMask, into output: SharedPointer
  ) {
    let queries = heads.queries(of: block)
    let first = queries.reduce(queries.lowerBound) { min($0, mask.keys(of: $1).lowerBound) }
    let keyCount = queries.upperBound - first
    let (width, size) = (heads.width, heads.groupSize)
    let keyStride = heads.keyHeads * width
    let keyStart = first * keyStride + group * width
    let k = MatrixView(inputs.1.address + keyStart, keyCount, width, stride: keyStride)
    let v = MatrixView(inputs.2.address + keyStart, keyCount, width, stride: keyStride)
    // The group's heads lie side by side: rows of the block, one for each query and head.
    let rows = queries.count * size
    let start = queries.lowerBound * heads.queryHeads * width + group * size * width
    let stride = heads.queryHeads * width
    withScratch(rows * width, rows * keyCount) { packed, scores in
      for query in 0..<queries.count {
        (packed + query * size * width).update(
          from: inputs.0.address + start + query * stride, count: size * width)
      }
      MatrixProduct.multiply(
        MatrixView(packed, rows, width), k, transposingSecond: true, scale: scale, into: scores,
        stride: keyCount)
      for row in 0..<rows {
        let seen = mask.keys(of: queries.lowerBound + row / size)
        let line = scores + row * keyCount
        let (lower, upper) = (seen.lowerBound - first, seen.upperBound - first)
        kernels.softmax_row(line + lower, line + lower, seen.count)
        line.update(repeating: 0, count: lower)
        (line + upper).update(repeating: 0, count: keyCount - upper)
      }
      MatrixProduct.multiply(
        MatrixView(scores, rows, keyCount), v, transposingSecond: false, into: packed,
        stride: width)
      for query in 0..<queries.count {
        (output.address + start + query * stride).update(
          from: packed + query * size * width, count: size * width)
      }
    }
  }

  /// Memory for two runs of numbers.
  private func withScratch(
    _ first: Int, _ second: Int,
    _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: first + second) { buffer in
      guard let start = buffer.baseAddress else { return }
      body(start, start + first)
    }
  }
}

/// The extents of an attention, checked to fit each other.
private struct AttentionHeads: Sendable {
  let positions: Int
  let queryHeads: Int
  let keyHeads: Int
  let width: Int
  /// How many rows of scores are formed at once, one for each query and head.
  private static let blockRows = 128

  init(_ queries: Shape, _ keys: Shape, _ values: Shape) {
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
  var blockCount: Int { (positions + blockLength - 1) / blockLength }

  func queries(of block: Int) -> Range<Int> {
    let start = block * blockLength
    return start..<min(start + blockLength, positions)
  }
}

/// An address that several threads use.
///
/// Unchecked because of the pointer: whoever lends it waits for the threads, each of which writes
/// the rows of its own index only.
private struct SharedPointer: @unchecked Sendable {
  let address: UnsafeMutablePointer<Float>

  init(_ address: UnsafeMutablePointer<Float>) { self.address = address }
  /// For reading alone.
  init(_ address: UnsafePointer<Float>) { self.address = UnsafeMutablePointer(mutating: address) }
}

extension Tensor {
  /// The transpose of a matrix.
  public func transposed() -> Tensor {
    precondition(shape.rank == 2, "only a matrix has a transpose")
    let (rows, columns) = (shape[0], shape[1])
    let reader = FloatReader(self)
    guard let shape = Shape([columns, rows]) else { preconditionFailure("a shape turns around") }
    return Tensor(dtype, shape) { target in
      reader.read { source in
        for row in 0..<rows {
          for column in 0..<columns {
            target[column * rows + row] = source[row * columns + column]
          }
        }
      }
    }
  }

  /// Some of the outermost axis; copies nothing.
  public func slice(_ range: Range<Int>) -> Tensor {
    let row = shape.elementCount / max(shape[0], 1)
    let bytes = row * (dtype.byteWidth ?? 0)
    guard let shape = Shape([range.count] + shape.dimensions.dropFirst()),
      let storage = contiguousStorage?.slice(
        (range.lowerBound * bytes)..<(range.upperBound * bytes)),
      let part = Tensor(dtype: dtype, shape: shape, storage: storage)
    else { preconditionFailure("there are no rows \(range)") }
    return part
  }
}
