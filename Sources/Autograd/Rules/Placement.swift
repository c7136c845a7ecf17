internal import CKernels
internal import TensorCore
internal import TensorOps

/// The gradients of operations that only move elements.
enum Placement {
  /// Adds rows to those of a table of zeros, in order.
  static func scattered(_ gradient: Tensor, _ indices: [Int], into table: Shape) -> Tensor {
    let kernels = birdie_kernels().pointee
    let width = table[1]
    let reader = FloatReader(gradient)
    return Tensor(.f32, table) { target in
      target.update(repeating: 0, count: table.elementCount)
      reader.read { source in
        for (row, index) in indices.enumerated() {
          let line = target + index * width
          kernels.add_f32(line, line, source + row * width, width)
        }
      }
    }
  }

  /// The outermost axis moved back by one: zeros come last, and the first row goes.
  static func shiftedBack(_ gradient: Tensor) -> Tensor {
    let reader = FloatReader(gradient)
    let width = gradient.shape[0] == 0 ? 0 : reader.count / gradient.shape[0]
    return Tensor(.f32, gradient.shape) { target in
      let kept = reader.count - width
      reader.read { target.update(from: $0 + width, count: kept) }
      (target + kept).update(repeating: 0, count: width)
    }
  }

  /// Puts columns into a tensor of zeros.
  static func padded(_ gradient: Tensor, _ range: Range<Int>, into whole: Shape) -> Tensor {
    let reader = FloatReader(gradient)
    let width = whole.dimensions.last ?? 1
    return Tensor(.f32, whole) { target in
      target.update(repeating: 0, count: whole.elementCount)
      reader.read { source in
        for row in 0..<gradient.rowCount {
          (target + row * width + range.lowerBound).update(
            from: source + row * range.count, count: range.count)
        }
      }
    }
  }
}
