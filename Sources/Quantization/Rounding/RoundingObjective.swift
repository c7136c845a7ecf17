internal import TensorOps

/// What learned rounding is judged by: a loss of quantized weights and its gradient.
///
/// The descent asks for nothing else, so that a loss of the whole model can take the place of a
/// layer's.
protocol RoundingObjective: Sendable {
  /// The loss at quantized weights, rows × columns in row-major order.
  func evaluate(_ quantized: [Float]) -> RoundingLoss
}

/// A loss, and how it changes with the weights.
struct RoundingLoss {
  /// A loss for each row, where the whole is their sum and rows do not depend on each other; else
  /// the one of all.
  let losses: [Double]
  /// The derivative by each weight, rows × columns.
  let gradient: [Float]
}

/// The squared error of a layer's output over the calibration's rows: the trace of E H Eᵀ with
/// E = Q − W and H = Σ xᵀx, which is the sum of a loss for each row. Its gradient is 2 E H.
struct LayerOutputError: RoundingObjective {
  private let elements: [Float]
  private let moments: [Float]
  private let columns: Int

  /// Of weights (rows × columns, row-major), with second moments (columns × columns, symmetric) of
  /// their inputs. Both are float32, as the product is.
  init(elements: [Float], moments: [Float], columns: Int) {
    precondition(moments.count == columns * columns, "a moment for each pair of columns")
    self.elements = elements
    self.moments = moments
    self.columns = columns
  }

  /// The error of each row and the gradient: one matrix product.
  func evaluate(_ quantized: [Float]) -> RoundingLoss {
    let rows = columns == 0 ? 0 : elements.count / columns
    var errors = quantized
    for place in errors.indices { errors[place] -= elements[place] }
    var gradient = [Float](repeating: 0, count: errors.count)
    errors.withUnsafeBufferPointer { errors in
      moments.withUnsafeBufferPointer { moments in
        gradient.withUnsafeMutableBufferPointer { gradient in
          guard let errors = errors.baseAddress, let moments = moments.baseAddress,
            let gradient = gradient.baseAddress
          else { return }
          MatrixProduct.multiply(
            MatrixView(errors, rows, columns), MatrixView(moments, columns, columns), scale: 2,
            into: gradient, stride: columns)
        }
      }
    }
    let losses = (0..<rows).map { row in
      var sum = 0.0
      for place in (row * columns)..<((row + 1) * columns) {
        sum += Double(errors[place]) * Double(gradient[place])
      }
      return sum / 2
    }
    return RoundingLoss(losses: losses, gradient: gradient)
  }
}
