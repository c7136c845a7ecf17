public import Diagnostics
public import TensorCore
internal import TensorOps

/// A matrix to quantize: rows are output channels, columns input channels.
public struct Weight: Sendable {
  /// Its name in the checkpoint.
  public let name: String
  /// The type of the elements that its codes are decoded to.
  public let dtype: DType
  /// How many output channels.
  public let rows: Int
  /// How many input channels.
  public let columns: Int
  /// The elements, row by row.
  public let elements: [Float]
  /// What the layer reads; nil where nobody measured it.
  public let input: InputStatistics?
  /// How much depends on what the layer gives; nil where nobody measured it.
  public let output: OutputStatistics?

  /// A matrix of these elements. Throws Q01 for elements that are not finite, Q03 for statistics of
  /// another extent, Q04 for second moments that are none.
  public init(
    name: String, dtype: DType = .f32, rows: Int, columns: Int, elements: [Float],
    input: InputStatistics? = nil, output: OutputStatistics? = nil
  ) throws(Rejection) {
    precondition(elements.count == rows * columns, "elements fill their matrix")
    if let bad = elements.firstIndex(where: { !$0.isFinite }) {
      throw Rejection(
        QuantizationRules.notFinite,
        "element [\(bad / max(columns, 1)), \(bad % max(columns, 1))] is \(elements[bad])",
        at: Place(tensor: name))
    }
    if let input, input.width != columns {
      throw Rejection(
        QuantizationRules.foreignStatistics,
        "they are of \(input.width) channels, the weight reads \(columns)", at: Place(tensor: name))
    }
    if let input, !input.isSound {
      throw Rejection(
        QuantizationRules.singularStatistics,
        "one of them is not finite, or the mean of a square is negative",
        at: Place(tensor: name))
    }
    if let output, output.squares.count != rows {
      throw Rejection(
        QuantizationRules.foreignStatistics,
        "they are of \(output.squares.count) outputs, the weight has \(rows)",
        at: Place(tensor: name))
    }
    self.name = name
    self.dtype = dtype
    self.rows = rows
    self.columns = columns
    self.elements = elements
    self.input = input
    self.output = output
  }

  /// The shape of the tensor.
  public var shape: Shape {
    guard let shape = Shape([rows, columns]) else { preconditionFailure("a matrix has a shape") }
    return shape
  }

  /// The statistics; throws Q03 where there are none.
  func requireInput() throws(Rejection) -> InputStatistics {
    guard let input else {
      throw Rejection(
        QuantizationRules.foreignStatistics, "there are none, and the method needs them",
        at: Place(tensor: name))
    }
    return input
  }
}

extension Weight {
  /// The largest finite number of the type that codes are decoded to.
  var greatestDecoded: Double {
    switch dtype {
    case .f16: 65_504
    case .bf16: 0x1.FEp127
    default: Double(Float.greatestFiniteMagnitude)
    }
  }

  /// The square root of the mean square: weights have a mean near zero.
  var standardDeviation: Double {
    let sum = elements.reduce(0.0) { $0 + Double($1) * Double($1) }
    return (sum / Double(max(elements.count, 1))).squareRoot()
  }
}

extension Weight {
  /// Components under names that begin with the weight's, and the encoding that reads them. Throws
  /// Q08 where they are decoded to infinity.
  func encoded(
    _ encoding: any TensorEncoding, _ parts: (name: String, tensor: Tensor)...
  ) throws(Rejection) -> EncodedTensor {
    let encoded = try EncodedTensor(
      dtype: dtype, shape: shape, encoding: encoding,
      components: parts.map { .init(name: "\(name).\($0.name)", tensor: $0.tensor) })
    // Codes stand for a few times the largest weight at most: small ones need no look.
    let largest = elements.withUnsafeBufferPointer(\.largestMagnitude)
    if Double(largest) > greatestDecoded / 64 { try requireFinite(encoded) }
    return encoded
  }

  private func requireFinite(_ encoded: EncodedTensor) throws(Rejection) {
    let numbers = try encoded.decoded().floats
    guard let bad = numbers.firstIndex(where: { !$0.isFinite }) else { return }
    throw Rejection(
      QuantizationRules.beyondType,
      "\(elements[bad]), element [\(bad / max(columns, 1)), \(bad % max(columns, 1))], becomes "
        + "\(numbers[bad]) in \(dtype.rawValue)", at: Place(tensor: name))
  }
}
