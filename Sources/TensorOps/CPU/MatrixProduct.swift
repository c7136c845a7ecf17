internal import CKernels

/// A row-major matrix somewhere in memory.
///
/// Unchecked because of the pointer: it is only read from, while whoever made the view keeps the
/// memory and waits for the threads that read.
package struct MatrixView: @unchecked Sendable {
  /// Its first element; whoever made the view keeps the memory.
  let start: UnsafePointer<Float>
  package let rows: Int
  package let columns: Int
  /// The distance between rows, in elements.
  let stride: Int

  /// A view of memory, with rows one after another unless a stride is given.
  package init(_ start: UnsafePointer<Float>, _ rows: Int, _ columns: Int, stride: Int? = nil) {
    self.start = start
    self.rows = rows
    self.columns = columns
    self.stride = stride ?? columns
  }

  /// Some of the rows.
  package func rows(_ range: Range<Int>) -> MatrixView {
    MatrixView(start + range.lowerBound * stride, range.count, columns, stride: stride)
  }

  /// The elements one after another, transposed if asked.
  fileprivate func dense(transposed: Bool) -> [Float] {
    [Float](unsafeUninitializedCapacity: rows * columns) { buffer, count in
      count = rows * columns
      for row in 0..<rows {
        for column in 0..<columns {
          buffer[transposed ? column * rows + row : row * columns + column] =
            start[row * stride + column]
        }
      }
    }
  }
}

/// The one place that multiplies matrices.
package enum MatrixProduct {
  /// Writes scale · a · b, with either transposed if asked, to rows `stride` elements apart; or
  /// adds it to what is there.
  package static func multiply(
    _ a: MatrixView, _ b: MatrixView, transposingFirst: Bool = false,
    transposingSecond: Bool = false, scale: Float = 1, adding: Bool = false,
    into c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let (rows, inner) = transposingFirst ? (a.columns, a.rows) : (a.rows, a.columns)
    let columns = transposingSecond ? b.rows : b.columns
    precondition(inner == (transposingSecond ? b.columns : b.rows), "inner extents differ")
    guard rows > 0, columns > 0 else { return }
    guard inner > 0 else {
      // A sum of nothing; BLAS leaves what was in the memory.
      if adding { return }
      for row in 0..<rows { (c + row * stride).update(repeating: 0, count: columns) }
      return
    }
    if let blas = OpenBLAS.shared {
      blas.sgemm(
        OpenBLAS.rowMajor, transposingFirst ? OpenBLAS.transposed : OpenBLAS.plain,
        transposingSecond ? OpenBLAS.transposed : OpenBLAS.plain, Int32(rows), Int32(columns),
        Int32(inner), scale, a.start, Int32(a.stride), b.start, Int32(b.stride), adding ? 1 : 0, c,
        Int32(stride))
    } else {
      let product = multiplyReproducibly(
        a.dense(transposed: transposingFirst), b.dense(transposed: !transposingSecond), scale,
        rows, columns, inner)
      write(product, columns, adding: adding, into: c, stride: stride)
    }
  }

  /// Adds Σ xᵀx over rows to the upper triangle of a square matrix.
  static func addOuterProducts(
    of rows: UnsafePointer<Double>, rowCount: Int, width: Int,
    to sums: UnsafeMutablePointer<Double>
  ) {
    guard rowCount > 0, width > 0 else { return }
    if let blas = OpenBLAS.shared {
      blas.dsyrk(
        OpenBLAS.rowMajor, OpenBLAS.upper, OpenBLAS.transposed, Int32(width), Int32(rowCount), 1,
        rows, Int32(width), 1, sums, Int32(width))
      return
    }
    for row in 0..<rowCount {
      let line = rows + row * width
      for channel in 0..<width {
        let target = sums + channel * width
        for other in channel..<width { target[other] += line[channel] * line[other] }
      }
    }
  }

  /// Adds scale · aᵀ · b, or scale · a · b, to c in double precision; strides are distances between
  /// rows. c is m × n, and k the extent that is summed over.
  static func add(
    _ scale: Double, _ a: UnsafePointer<Double>, strideA: Int, transposingFirst: Bool,
    _ b: UnsafePointer<Double>, strideB: Int, to c: UnsafeMutablePointer<Double>, strideC: Int,
    m: Int, n: Int, k: Int
  ) {
    guard m > 0, n > 0, k > 0 else { return }
    if let blas = OpenBLAS.shared {
      blas.dgemm(
        OpenBLAS.rowMajor, transposingFirst ? OpenBLAS.transposed : OpenBLAS.plain,
        OpenBLAS.plain, Int32(m), Int32(n), Int32(k), scale, a, Int32(strideA), b, Int32(strideB),
        1, c, Int32(strideC))
      return
    }
    for row in 0..<m {
      let target = c + row * strideC
      for inner in 0..<k {
        let factor =
          scale * (transposingFirst ? a[inner * strideA + row] : a[row * strideA + inner])
        let source = b + inner * strideB
        for column in 0..<n { target[column] += factor * source[column] }
      }
    }
  }

  /// With kernels of ours, which round alike on every machine: scale · a · bᵀ.
  private static func multiplyReproducibly(
    _ a: [Float], _ b: [Float], _ scale: Float, _ rows: Int, _ columns: Int, _ inner: Int
  ) -> [Float] {
    var panel = [Float](repeating: 0, count: 16 * max(inner, 1))
    var result = [Float](repeating: 0, count: rows * columns)
    let kernels = birdie_kernels().pointee
    kernels.multiply_transposed_f32(&result, a, b, &panel, rows, columns, inner)
    if scale != 1 {
      kernels.unary_f32(BIRDIE_SCALE, &result, result, scale, result.count)
    }
    return result
  }

  private static func write(
    _ product: [Float], _ columns: Int, adding: Bool, into c: UnsafeMutablePointer<Float>,
    stride: Int
  ) {
    let kernels = birdie_kernels().pointee
    product.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      for row in 0..<(product.count / columns) {
        let (line, target) = (base + row * columns, c + row * stride)
        if adding {
          kernels.add_f32(target, target, line, columns)
        } else {
          target.update(from: line, count: columns)
        }
      }
    }
  }
}
