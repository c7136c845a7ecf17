public import TensorCore

extension CPUBackend {
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
              let block = AttentionBlock(
                heads, group: index % heads.keyHeads, block: index / heads.keyHeads, mask)
              Self.attend(block, inputs, scale, into: output)
            }
          }
        }
      }
    }
  }

  private static func attend(
    _ block: AttentionBlock, _ inputs: (SharedPointer, SharedPointer, SharedPointer),
    _ scale: Float, into output: SharedPointer
  ) {
    let (rows, keyCount, width) = (block.rowCount, block.keyCount, block.width)
    let count = rows * (width + keyCount)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { scratch in
      guard let packed = scratch.baseAddress else { return }
      let scores = packed + rows * width
      block.pack(inputs.0.address, into: packed)
      block.writeProbabilities(
        queries: packed, keys: inputs.1.address, scale: scale, into: scores)
      MatrixProduct.multiply(
        MatrixView(scores, rows, keyCount), block.keyRows(inputs.2.address), into: packed,
        stride: width)
      block.unpack(packed, into: output.address)
    }
  }
}
