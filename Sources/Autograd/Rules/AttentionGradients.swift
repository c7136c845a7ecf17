internal import CKernels
internal import TensorCore
internal import TensorOps

/// The gradients of causal attention, from its operands alone: probabilities are formed anew, for
/// a block of queries at a time (as in Dao et al. 2022, with the blocks that the forward pass has).
struct AttentionGradients: Sendable {
  let queries: Tensor
  let keys: Tensor
  let values: Tensor
  let scale: Float
  let mask: AttentionMask

  /// Numbers that several threads use, each those of its own key heads.
  private struct Addresses: Sendable {
    let queries: SharedPointer
    let keys: SharedPointer
    let values: SharedPointer
    let output: SharedPointer
    let ofQueries: SharedPointer
    let ofKeys: SharedPointer
    let ofValues: SharedPointer
  }

  /// The gradients of queries, keys and values for that of the output.
  func callAsFunction(_ gradient: Tensor) -> [Tensor] {
    let heads = AttentionHeads(queries.shape, keys.shape, values.shape)
    let (count, keyCount) = (queries.shape.elementCount, keys.shape.elementCount)
    let (q, k, v) = (FloatReader(queries), FloatReader(keys), FloatReader(values))
    let g = FloatReader(gradient)
    let all = Tensor(.f32, .vector(count + 2 * keyCount)) { target in
      (target + count).update(repeating: 0, count: 2 * keyCount)
      q.read { q in
        k.read { k in
          v.read { v in
            g.read { g in
              let addresses = Addresses(
                queries: .init(q), keys: .init(k), values: .init(v), output: .init(g),
                ofQueries: .init(target), ofKeys: .init(target + count),
                ofValues: .init(target + count + keyCount))
              // The blocks of one key head add to the same keys, and do so in order.
              ParallelFor.run(heads.keyHeads) { group in
                for block in 0..<heads.blockCount {
                  add(AttentionBlock(heads, group: group, block: block, mask), addresses)
                }
              }
            }
          }
        }
      }
    }
    return [
      all.slice(0..<count).reshaped(queries.shape.dimensions),
      all.slice(count..<(count + keyCount)).reshaped(keys.shape.dimensions),
      all.slice((count + keyCount)..<(count + 2 * keyCount)).reshaped(values.shape.dimensions),
    ]
  }

  private func add(_ block: AttentionBlock, _ addresses: Addresses) {
    let (rows, keyCount, width) = (block.rowCount, block.keyCount, block.width)
    let capacity = rows * (2 * width + 2 * keyCount)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: capacity) { scratch in
      guard let q = scratch.baseAddress else { return }
      let g = q + rows * width
      let probabilities = g + rows * width
      let scores = probabilities + rows * keyCount
      block.pack(addresses.queries.address, into: q)
      block.pack(addresses.output.address, into: g)
      block.writeProbabilities(
        queries: q, keys: addresses.keys.address, scale: scale, into: probabilities)
      MatrixProduct.multiply(
        MatrixView(probabilities, rows, keyCount), MatrixView(g, rows, width),
        transposingFirst: true, adding: true, into: addresses.ofValues.address + block.keyStart,
        stride: block.keyStride)
      MatrixProduct.multiply(
        MatrixView(g, rows, width), block.keyRows(addresses.values.address),
        transposingSecond: true, into: scores, stride: keyCount)
      Self.writeScoreGradients(probabilities, rows, keyCount, into: scores)
      let gradients = MatrixView(scores, rows, keyCount)
      MatrixProduct.multiply(
        gradients, MatrixView(q, rows, width), transposingFirst: true, scale: scale, adding: true,
        into: addresses.ofKeys.address + block.keyStart, stride: block.keyStride)
      MatrixProduct.multiply(
        gradients, block.keyRows(addresses.keys.address), scale: scale, into: q, stride: width)
      block.unpack(q, into: addresses.ofQueries.address)
    }
  }

  /// Turns the gradients of probabilities into those of the scores before the softmax.
  private static func writeScoreGradients(
    _ probabilities: UnsafePointer<Float>, _ rows: Int, _ width: Int,
    into scores: UnsafeMutablePointer<Float>
  ) {
    let kernels = birdie_kernels().pointee
    for row in 0..<rows {
      let (p, d) = (probabilities + row * width, scores + row * width)
      let mean = kernels.dot_f32(p, d, width)
      for i in 0..<width { d[i] = p[i] * (d[i] - mean) }
    }
  }
}
