internal import TensorCore
public import TensorOps

extension Variable {
  /// The innermost axis reduced to one element. Of several largest elements each gets an equal part
  /// of the gradient, as with PyTorch's `amax`.
  public func reduced(_ reduction: RowReduction) -> Variable {
    let (source, result) = (value, value.reduced(reduction))
    switch reduction {
    case .sum:
      let shape = source.shape
      return Variable(result, from: [self]) { gradient, _ in
        [RowGradients.spread(gradient, to: shape)]
      }
    case .maximum:
      return Variable(result, from: [self]) { gradient, _ in
        [RowGradients.ofMaximum(gradient, source, result)]
      }
    case .logSumExp:
      return Variable(result, from: [self]) { gradient, _ in
        let shares = source.cast(to: .f32).normalized(.softmax, weight: nil, bias: nil)
        return [shares.combined(.multiply, gradient).reshaped(source.shape.dimensions)]
      }
    }
  }

  /// The innermost axis normalized, then times `weight` and plus `bias`.
  public func normalized(
    _ normalization: RowNormalization, weight: Variable?, bias: Variable?
  ) -> Variable {
    let result = value.normalized(normalization, weight: weight?.value, bias: bias?.value)
    let (source, factor, biasShape) = (value, weight?.value, bias?.shape)
    return Variable(result, from: [self, weight, bias]) { gradient, wanted in
      let plain =
        wanted[0] || wanted[1]
        ? source.cast(to: .f32).normalized(normalization, weight: nil, bias: nil) : nil
      let inner = factor.map { gradient.combined(.multiply, $0.flattened) } ?? gradient
      return [
        wanted[0] ? plain.map { normalization.gradient(inner, source, normalized: $0) } : nil,
        wanted[1]
          ? plain.flatMap { plain in
            factor.map { gradient.combined(.multiply, plain).columnSums(as: $0.shape) }
          } : nil,
        wanted[2] ? biasShape.map { gradient.columnSums(as: $0) } : nil,
      ]
    }
  }
}

extension Tensor {
  /// The elements in one axis.
  fileprivate var flattened: Tensor { reshaped([shape.elementCount]) }

  /// The sums over all axes but the innermost, in a shape of as many elements.
  func columnSums(as shape: Shape) -> Tensor {
    summed(to: .vector(rowWidth)).reshaped(shape.dimensions)
  }
}
