internal import CKernels
internal import TensorCore
internal import TensorOps

/// The gradients of reductions of rows.
enum RowGradients {
  /// Each row's one gradient for all its elements.
  static func spread(_ gradient: Tensor, to shape: Shape) -> Tensor {
    let width = shape.dimensions.last ?? 1
    let reader = FloatReader(gradient)
    return Tensor(.f32, shape) { target in
      reader.read { source in
        for row in 0..<reader.count {
          (target + row * width).update(repeating: source[row], count: width)
        }
      }
    }
  }

  /// Each row's one gradient, divided among its largest elements.
  static func ofMaximum(_ gradient: Tensor, _ x: Tensor, _ maxima: Tensor) -> Tensor {
    let width = x.rowWidth
    let (reader, source, largest) = (FloatReader(gradient), FloatReader(x), FloatReader(maxima))
    return Tensor(.f32, x.shape) { target in
      reader.read { gradients in
        source.read { source in
          largest.read { largest in
            for row in 0..<reader.count {
              let (x, dx) = (source + row * width, target + row * width)
              var count: Float = 0
              for column in 0..<width where x[column] == largest[row] { count += 1 }
              let share = gradients[row] / count
              for column in 0..<width { dx[column] = x[column] == largest[row] ? share : 0 }
            }
          }
        }
      }
    }
  }
}

extension RowNormalization {
  /// The gradient of x for that of its normalized rows, without weight and bias.
  func gradient(_ gradient: Tensor, _ x: Tensor, normalized: Tensor) -> Tensor {
    let width = x.rowWidth
    let (gradients, source, result) = (
      FloatReader(gradient), FloatReader(x), FloatReader(normalized)
    )
    return Tensor(.f32, x.shape) { target in
      gradients.read { gradients in
        source.read { source in
          result.read { result in
            for row in 0..<x.rowCount {
              let start = row * width
              writeRow(
                gradients + start, source + start, result + start, width, into: target + start)
            }
          }
        }
      }
    }
  }

  /// With y the normalized row and h its gradient: s · (h − m − c · y), where s is what x was
  /// multiplied by, and m and c take out what does not change the norm; for softmax y · (h − c).
  private func writeRow(
    _ h: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ width: Int,
    into dx: UnsafeMutablePointer<Float>
  ) {
    let kernels = birdie_kernels().pointee
    let product = kernels.dot_f32(h, y, width)
    let count = Float(width)
    switch self {
    case .rms(let epsilon):
      let s = 1 / (kernels.dot_f32(x, x, width) / count + epsilon).squareRoot()
      let c = product / count
      for i in 0..<width { dx[i] = s * (h[i] - c * y[i]) }
    case .layer(let epsilon):
      let s = 1 / (Self.variance(x, width) + epsilon).squareRoot()
      let (m, c) = (kernels.sum_f32(h, width) / count, product / count)
      for i in 0..<width { dx[i] = s * (h[i] - m - c * y[i]) }
    case .unitLength(let epsilon):
      let length = kernels.dot_f32(x, x, width).squareRoot()
      let s = 1 / max(length, epsilon)
      let c = length >= epsilon ? product : 0
      for i in 0..<width { dx[i] = s * (h[i] - c * y[i]) }
    case .softmax:
      for i in 0..<width { dx[i] = y[i] * (h[i] - product) }
    }
  }

  private static func variance(_ x: UnsafePointer<Float>, _ width: Int) -> Float {
    let mean = birdie_kernels().pointee.sum_f32(x, width) / Float(width)
    var sum: Float = 0
    for i in 0..<width { sum += (x[i] - mean) * (x[i] - mean) }
    return sum / Float(width)
  }
}
