internal import CKernels
public import TensorCore

/// The backend of host memory: kernels of ours, and OpenBLAS for matrix products.
public struct CPUBackend: Backend {
  /// The only one.
  public static let shared = CPUBackend(kernels: birdie_kernels())

  // The table lives as long as the process and never changes.
  nonisolated(unsafe) private let table: UnsafePointer<birdie_kernel_table>
  var kernels: birdie_kernel_table { table.pointee }

  private init(kernels: UnsafePointer<birdie_kernel_table>) { table = kernels }

  /// A backend on the kernels of one instruction set; nil where the processor lacks it.
  package init?(instructionSet: String) {
    guard let table = birdie_kernels_for(instructionSet) else { return nil }
    self.table = table
  }

  /// Who multiplies matrices: OpenBLAS with the name of its kernels, or Birdie's own.
  public static var matrixProducts: String {
    OpenBLAS.shared.map { "OpenBLAS \($0.coreName)" } ?? "portable"
  }

  /// `operation` of every element.
  public func unary(_ operation: UnaryOperation, _ x: Tensor) -> Tensor {
    let (code, parameter) = operation.kernel
    let reader = FloatReader(x)
    return Tensor(x.dtype, x.shape) { target in
      reader.read { kernels.unary_f32(code, target, $0, parameter, reader.count) }
    }
  }

  /// The elements in another floating-point type.
  public func cast(_ x: Tensor, to dtype: DType) -> Tensor {
    precondition(dtype != .f64, "doubles are read and never made")
    let reader = FloatReader(x)
    return Tensor(dtype, x.shape) { target in
      reader.read { target.update(from: $0, count: reader.count) }
    }
  }

  /// The innermost axis reduced to one element.
  public func reduce(_ reduction: RowReduction, _ x: Tensor) -> Tensor {
    let width = x.rowWidth
    let reader = FloatReader(x)
    return Tensor(x.dtype, x.shape.replacingLast(by: 1)) { target in
      reader.read { source in
        for row in 0..<x.rowCount {
          let start = source + row * width
          switch reduction {
          case .sum: target[row] = kernels.sum_f32(start, width)
          case .maximum: target[row] = kernels.max_f32(start, width)
          case .logSumExp: target[row] = kernels.log_sum_exp_f32(start, width)
          }
        }
      }
    }
  }

  /// The innermost axis normalized, then times `weight` and plus `bias`.
  public func normalize(
    _ normalization: RowNormalization, _ x: Tensor, weight: Tensor?, bias: Tensor?
  ) -> Tensor {
    let width = x.rowWidth
    let weight = weight.map(FloatReader.init)
    let bias = bias.map(FloatReader.init)
    precondition((weight?.count ?? width) == width && (bias?.count ?? width) == width)
    let reader = FloatReader(x)
    return Tensor(x.dtype, x.shape) { target in
      reader.read { source in
        withOptional(weight) { weight in
          withOptional(bias) { bias in
            for row in 0..<x.rowCount {
              normalizeRow(
                normalization, source + row * width, weight, bias, width,
                into: target + row * width)
            }
          }
        }
      }
    }
  }

  private func normalizeRow(
    _ normalization: RowNormalization, _ row: UnsafePointer<Float>,
    _ weight: UnsafePointer<Float>?, _ bias: UnsafePointer<Float>?, _ width: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    switch normalization {
    case .rms(let epsilon): kernels.rms_norm_row(target, row, weight, epsilon, width)
    case .layer(let epsilon):
      kernels.layer_norm_row(target, row, weight, bias, epsilon, width)
      return
    case .unitLength(let epsilon):
      let length = kernels.dot_f32(row, row, width).squareRoot()
      kernels.unary_f32(BIRDIE_DIVIDE_BY, target, row, max(length, epsilon), width)
      if let weight { kernels.binary_f32(BIRDIE_MULTIPLY, target, target, weight, width) }
    case .softmax:
      kernels.softmax_row(target, row, width)
      if let weight { kernels.binary_f32(BIRDIE_MULTIPLY, target, target, weight, width) }
    }
    if let bias { kernels.binary_f32(BIRDIE_ADD, target, target, bias, width) }
  }

  /// The heads turned by the angles of their positions.
  public func rotate(_ x: Tensor, by table: RotaryTable) -> Tensor {
    let dimensions = x.shape.dimensions
    precondition(dimensions.count == 3, "heads have the shape [positions, heads, dimensions]")
    let (positions, heads, width) = (dimensions[0], dimensions[1], dimensions[2])
    let half = table.dimensionCount / 2
    precondition(table.dimensionCount <= width && positions * half <= table.cosines.count)
    let direction: Float = table.direction == .clockwise ? 1 : -1
    let reader = FloatReader(x)
    return Tensor(x.dtype, x.shape) { target in
      reader.read { source in
        target.update(from: source, count: reader.count)
        table.cosines.withUnsafeBufferPointer { cosines in
          table.sines.withUnsafeBufferPointer { sines in
            guard let cosines = cosines.baseAddress, let sines = sines.baseAddress else { return }
            for row in 0..<(positions * heads) {
              let angles = row / heads * half
              kernels.rotate_row(
                target + row * width, source + row * width, cosines + angles, sines + angles,
                direction, half)
            }
          }
        }
      }
    }
  }

  /// The outermost axis moved on by one: zeros come first.
  public func shiftRows(_ x: Tensor) -> Tensor {
    let reader = FloatReader(x)
    let width = x.shape[0] == 0 ? 0 : reader.count / x.shape[0]
    return Tensor(x.dtype, x.shape) { target in
      target.update(repeating: 0, count: width)
      reader.read { (target + width).update(from: $0, count: reader.count - width) }
    }
  }

  /// A part of the innermost axis.
  public func columns(_ x: Tensor, _ range: Range<Int>) -> Tensor {
    precondition(range.upperBound <= x.rowWidth, "there are no columns \(range)")
    let reader = FloatReader(x)
    return Tensor(x.dtype, x.shape.replacingLast(by: range.count)) { target in
      reader.read { source in
        for row in 0..<x.rowCount {
          let start = source + row * x.rowWidth + range.lowerBound
          (target + row * range.count).update(from: start, count: range.count)
        }
      }
    }
  }

  /// The rows of a table with the given indices.
  public func gatherRows(_ table: Tensor, _ indices: [Int]) -> Tensor {
    let dimensions = table.shape.dimensions
    precondition(dimensions.count == 2, "a table has rows and columns")
    guard let storage = table.contiguousStorage, let width = table.dtype.byteWidth,
      let shape = Shape([indices.count, dimensions[1]])
    else { preconditionFailure("a table is contiguous") }
    let rowBytes = dimensions[1] * width
    var bytes: [UInt8] = []
    bytes.reserveCapacity(indices.count * rowBytes)
    storage.bytes.withUnsafeBytes { source in
      for index in indices {
        precondition(index >= 0 && index < dimensions[0], "there is no row \(index)")
        bytes += source[(index * rowBytes)..<((index + 1) * rowBytes)]
      }
    }
    guard let rows = Tensor(dtype: table.dtype, shape: shape, storage: Storage(bytes)) else {
      preconditionFailure("rows fill their shape")
    }
    return rows
  }
}

/// Lends the elements of an operand that may be missing.
func withOptional<Result>(
  _ reader: FloatReader?, _ body: (UnsafePointer<Float>?) -> Result
) -> Result {
  guard let reader else { return body(nil) }
  return reader.read { body($0) }
}

extension UnaryOperation {
  /// The kernel's name for it, and its parameter.
  fileprivate var kernel: (birdie_unary, Float) {
    switch self {
    case .negate: (BIRDIE_NEGATE, 0)
    case .square: (BIRDIE_SQUARE, 0)
    case .exponential: (BIRDIE_EXP, 0)
    case .logarithm: (BIRDIE_LOG, 0)
    case .hyperbolicTangent: (BIRDIE_TANH, 0)
    case .sigmoid: (BIRDIE_SIGMOID, 0)
    case .silu: (BIRDIE_SILU, 0)
    case .gelu: (BIRDIE_GELU, 0)
    case .geluTanh: (BIRDIE_GELU_TANH, 0)
    case .leakyReLU(let slope): (BIRDIE_LEAKY_RELU, slope)
    case .scale(let factor): (BIRDIE_SCALE, factor)
    case .divide(let divisor): (BIRDIE_DIVIDE_BY, divisor)
    case .shift(let offset): (BIRDIE_SHIFT, offset)
    case .clamp(let limit): (BIRDIE_CLAMP, limit)
    }
  }
}

extension Tensor {
  /// The extent of the innermost axis.
  package var rowWidth: Int { shape.dimensions.last ?? 1 }
  /// How many rows the innermost axis makes.
  package var rowCount: Int { shape.dimensions.dropLast().reduce(1, *) }
}

extension Shape {
  /// This shape with another innermost extent.
  package func replacingLast(by extent: Int) -> Shape {
    guard let shape = Shape(dimensions.dropLast() + [extent]) else {
      preconditionFailure("\(dimensions) with \(extent) is too large")
    }
    return shape
  }
}
