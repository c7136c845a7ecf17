public import TensorCore
public import TensorOps

extension Variable: TensorValue {
  /// The type of the elements.
  public var dtype: DType { value.dtype }
  /// The extents.
  public var shape: Shape { value.shape }

  /// Something without a gradient.
  public init(constant value: Tensor) { self.init(constant: value, label: nil) }

  /// The elements with other extents; the label stays.
  public func reshaped(_ dimensions: [Int]) -> Variable {
    let own = shape.dimensions
    return Variable(
      value.reshaped(dimensions), from: [self], label: label, isObserved: isObserved
    ) { gradient, _ in [gradient.reshaped(own)] }
  }

  /// The elements in another type; the label stays, and so does the gradient.
  public func cast(to dtype: DType) -> Variable {
    guard dtype != value.dtype else { return self }
    return Variable(value.cast(to: dtype), from: [self], label: label, isObserved: isObserved) {
      gradient, _ in [gradient]
    }
  }

  /// The heads turned by the angles of their positions.
  public func rotated(by table: RotaryTable) -> Variable {
    Variable(value.rotated(by: table), from: [self]) { gradient, _ in
      [gradient.rotated(by: table.reversed)]
    }
  }

  /// The rows with the given indices.
  public func rows(_ indices: [Int]) -> Variable {
    let table = shape
    return Variable(value.rows(indices), from: [self]) { gradient, _ in
      [Placement.scattered(gradient, indices, into: table)]
    }
  }

  /// The outermost axis moved on by one: zeros come first, and the last row goes.
  public func shiftedRows() -> Variable {
    Variable(value.shiftedRows(), from: [self]) { gradient, _ in
      [Placement.shiftedBack(gradient)]
    }
  }

  /// A part of the innermost axis.
  public func columns(_ range: Range<Int>) -> Variable {
    let whole = shape
    return Variable(value.columns(range), from: [self]) { gradient, _ in
      [Placement.padded(gradient, range, into: whole)]
    }
  }
}
