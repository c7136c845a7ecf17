internal import TensorCore
public import TensorOps

extension Variable {
  /// `operation` of every element.
  public func applying(_ operation: UnaryOperation) -> Variable {
    let result = value.applying(operation)
    let known = operation.derivesFromResult ? result : value
    return Variable(result, from: [self]) { gradient, _ in
      [operation.gradient(gradient, known)]
    }
  }

  /// `operation` of the elements of both, which broadcast as in NumPy.
  public func combined(_ operation: BinaryOperation, _ other: Variable) -> Variable {
    let result = value.combined(operation, other.value)
    let shapes = (shape, other.shape)
    switch operation {
    case .add, .subtract:
      return Variable(result, from: [self, other]) { gradient, wanted in
        let second = operation == .add ? gradient : gradient.applying(.negate)
        return [
          wanted[0] ? gradient.summed(to: shapes.0) : nil,
          wanted[1] ? second.summed(to: shapes.1) : nil,
        ]
      }
    case .multiply:
      // Only what is needed is kept.
      let factors = (
        other.node == nil ? nil : value, node == nil ? nil : other.value
      )
      return Variable(result, from: [self, other]) { gradient, _ in
        [
          factors.1.map { gradient.combined(.multiply, $0).summed(to: shapes.0) },
          factors.0.map { gradient.combined(.multiply, $0).summed(to: shapes.1) },
        ]
      }
    case .divide:
      let divisor = other.value
      let quotient = other.node == nil ? nil : result
      return Variable(result, from: [self, other]) { gradient, wanted in
        let share = gradient.combined(.divide, divisor)
        return [
          wanted[0] ? share.summed(to: shapes.0) : nil,
          quotient.map {
            share.combined(.multiply, $0).applying(.negate).summed(to: shapes.1)
          },
        ]
      }
    }
  }
}
