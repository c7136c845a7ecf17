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
