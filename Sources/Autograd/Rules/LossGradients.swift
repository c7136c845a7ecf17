internal import TensorCore
internal import TensorOps

/// The gradients of losses of rows of logits.
enum LossGradients {
  /// The probabilities that logits stand for.
  static func probabilities(_ logits: Tensor) -> Tensor {
    logits.normalized(.softmax, weight: nil, bias: nil)
  }

  /// The probabilities, less 1 where the target is, times each row's gradient.
  static func less(_ targets: [Int], _ shares: Tensor, times gradient: Tensor) -> Tensor {
    let width = shares.rowWidth
    let (source, gradients) = (FloatReader(shares), FloatReader(gradient))
    return Tensor(.f32, shares.shape) { target in
      source.read { source in
        gradients.read { gradients in
          for (row, column) in targets.enumerated() {
            let (p, dx) = (source + row * width, target + row * width)
            let g = gradients[row]
            for i in 0..<width { dx[i] = p[i] * g }
            dx[column] = (p[column] - 1) * g
          }
        }
      }
    }
  }
}
