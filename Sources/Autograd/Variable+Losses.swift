public import TensorCore
internal import TensorOps

extension Variable {
  /// The negative log-likelihood in nats of each row's target among logits of shape
  /// [rows, vocabulary]: a vector of one number for each row.
  public func crossEntropy(targets: [Int]) -> Variable {
    precondition(
      shape.rank == 2 && shape[0] == targets.count, "\(targets.count) targets for \(shape)")
    let logits = value.cast(to: .f32)
    let rows = LogitRows(logits)
    let losses = targets.enumerated().map { row, target in
      Float(rows.logSumExp(row) - Double(rows[row, target]))
    }
    return Variable(Tensor(losses, [losses.count]), from: [self]) { gradient, _ in
      let shares = LossGradients.probabilities(logits)
      return [LossGradients.less(targets, shares, times: gradient)]
    }
  }

  /// KL(reference ‖ own) in nats of each row of logits of shape [rows, vocabulary]; those of the
  /// reference are constant. A vector of one number for each row.
  public func divergence(from reference: Tensor) -> Variable {
    precondition(shape.rank == 2 && shape == reference.shape, "\(reference.shape) and \(shape)")
    let (logits, constant) = (value.cast(to: .f32), reference.cast(to: .f32))
    let (rows, references) = (LogitRows(logits), LogitRows(constant))
    let losses = (0..<shape[0]).map { row in
      Float(rows.compare(row, with: references, rows.logSumExp(row)).divergence)
    }
    return Variable(Tensor(losses, [losses.count]), from: [self]) { gradient, _ in
      let difference = LossGradients.probabilities(logits)
        .combined(.subtract, LossGradients.probabilities(constant))
      return [difference.combined(.multiply, gradient.reshaped([losses.count, 1]))]
    }
  }

  /// The sum of all elements, as one.
  public func sum() -> Variable { reshaped([1, shape.elementCount]).reduced(.sum).reshaped([1]) }

  /// The mean of all elements, as one.
  public func mean() -> Variable {
    sum().applying(.divide(by: Float(max(shape.elementCount, 1))))
  }
}
