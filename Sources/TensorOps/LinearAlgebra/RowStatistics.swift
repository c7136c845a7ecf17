public import TensorCore

/// What quantizers want to know about the rows that a layer reads: second moments, and the size of
/// every channel. Sums are formed in double precision, of products that are exact in it.
public struct RowStatistics: Sendable, Equatable {
  /// How many channels a row has.
  public let width: Int
  /// How many rows were added.
  public private(set) var rowCount = 0
  /// The upper triangle of Σ xᵀx, by rows; what stands below the diagonal is not kept.
  private var upper: [Double]
  /// Σ x of every channel.
  public private(set) var sums: [Double]
  /// Σ |x| of every channel.
  public private(set) var magnitudeSums: [Double]
  /// max |x| of every channel.
  public private(set) var maxima: [Float]

  /// Statistics of no rows.
  public init(width: Int) {
    self.width = width
    upper = [Double](repeating: 0, count: width * width)
    sums = [Double](repeating: 0, count: width)
    magnitudeSums = sums
    maxima = [Float](repeating: 0, count: width)
  }

  /// Σ xᵀx, symmetric and not divided by the number of rows: the Hessian of a layer's squared error
  /// but for a factor.
  public var secondMoment: Matrix {
    var matrix = Matrix(upper, rowCount: width, columnCount: width)
    for row in 0..<width {
      for column in 0..<row { matrix[row, column] = matrix[column, row] }
    }
    return matrix
  }

  /// Σ x² of all channels together.
  public var squareSum: Double {
    (0..<width).reduce(0) { $0 + upper[$1 * width + $1] }
  }

  /// Adds the rows of a tensor of shape […, width].
  public mutating func add(_ x: Tensor) {
    precondition(x.rowWidth == width, "rows have \(width) channels and not \(x.rowWidth)")
    let reader = FloatReader(x)
    // As many rows at once as fill the caches; constant, so that sums are formed alike.
    let blockRows = 256
    reader.read { source in
      for start in stride(from: 0, to: x.rowCount, by: blockRows) {
        let count = min(blockRows, x.rowCount - start)
        add(source + start * width, count)
      }
    }
    rowCount += x.rowCount
  }

  private mutating func add(_ rows: UnsafePointer<Float>, _ count: Int) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: count * width) { wide in
      guard let wide = wide.baseAddress else { return }
      for index in 0..<(count * width) { wide[index] = Double(rows[index]) }
      addChannels(wide, count)
      upper.withUnsafeMutableBufferPointer { sums in
        guard let sums = sums.baseAddress else { return }
        MatrixProduct.addOuterProducts(of: wide, rowCount: count, width: width, to: sums)
      }
    }
  }

  private mutating func addChannels(_ rows: UnsafePointer<Double>, _ count: Int) {
    sums.withUnsafeMutableBufferPointer { sums in
      magnitudeSums.withUnsafeMutableBufferPointer { magnitudes in
        maxima.withUnsafeMutableBufferPointer { maxima in
          for row in 0..<count {
            let line = rows + row * width
            for channel in 0..<width {
              let value = line[channel]
              sums[channel] += value
              magnitudes[channel] += abs(value)
              maxima[channel] = max(maxima[channel], Float(abs(value)))
            }
          }
        }
      }
    }
  }
}
