internal import EntropyCoding
internal import TensorOps

/// Scales of rows and columns that fit best to codes that stay: the least squared error of the
/// layer's output, by least squares.
struct Rescaling {
  /// A factor for each row.
  let rows: [Double]

  /// Of points times column scales, `values`, row by row.
  init(_ weight: Weight, _ values: [Double], _ secondMoment: Matrix) {
    let (rows, columns) = (weight.rows, weight.columns)
    let quantized = Matrix(values, rowCount: rows, columnCount: columns)
    let weighed = quantized.times(secondMoment)
    self.rows = (0..<rows).map { row in
      var (cross, square) = (0.0, 0.0)
      for column in 0..<columns {
        let index = row * columns + column
        cross += weighed.elements[index] * Double(weight.elements[index])
        square += weighed.elements[index] * quantized.elements[index]
      }
      return square > 0 && cross > 0 ? cross / square : 1
    }
  }

  /// The factors in sixty-fourths of an octave, which take few bits.
  var roundedRows: [Float] {
    rows.map { Float(OctaveFraction.power(Int((BinaryLogarithm.of($0) * 64).rounded()), steps: 6)) }
  }
}
