internal import TensorCore
internal import TensorOps

/// The gradients of a linear layer: products of matrices.
enum LinearGradients {
  /// How many rows of a result are formed at once. Constant, so that sums are formed alike for any
  /// number of threads.
  private static let blockRows = 256

  /// gradient · weight.
  static func ofInput(_ gradient: Tensor, _ weight: Tensor) -> Tensor {
    let (rows, outputs, inputs) = (gradient.rowCount, weight.shape[0], weight.shape[1])
    let (gradients, matrix) = (FloatReader(gradient), FloatReader(weight))
    return Tensor(.f32, gradient.shape.replacingLast(by: inputs)) { target in
      let target = SharedPointer(target)
      gradients.read { gradients in
        matrix.read { matrix in
          let first = MatrixView(gradients, rows, outputs)
          let second = MatrixView(matrix, outputs, inputs)
          forEachBlock(of: rows) { block in
            MatrixProduct.multiply(
              first.rows(block), second, into: target.address + block.lowerBound * inputs,
              stride: inputs)
          }
        }
      }
    }
  }

  /// gradientᵀ · input.
  static func ofWeight(_ gradient: Tensor, _ input: Tensor, _ shape: Shape) -> Tensor {
    let (rows, outputs, inputs) = (gradient.rowCount, shape[0], shape[1])
    let (gradients, source) = (FloatReader(gradient), FloatReader(input))
    return Tensor(.f32, shape) { target in
      let target = SharedPointer(target)
      gradients.read { gradients in
        source.read { source in
          let first = SharedPointer(gradients)
          let second = MatrixView(source, rows, inputs)
          forEachBlock(of: outputs) { block in
            let columns = MatrixView(
              first.address + block.lowerBound, rows, block.count, stride: outputs)
            MatrixProduct.multiply(
              columns, second, transposingFirst: true,
              into: target.address + block.lowerBound * inputs, stride: inputs)
          }
        }
      }
    }
  }

  private static func forEachBlock(
    of count: Int, _ body: @escaping @Sendable (Range<Int>) -> Void
  ) {
    ParallelFor.run((count + blockRows - 1) / blockRows) { index in
      let start = index * blockRows
      body(start..<min(start + blockRows, count))
    }
  }
}
