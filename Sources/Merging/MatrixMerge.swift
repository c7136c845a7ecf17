internal import CKernels
public import Diagnostics
internal import TensorCore
public import TensorOps

/// A method that looks at matrices as a whole, in double precision: they are in memory, which their
/// factorizations need several times over. What is no matrix becomes a sum with factors.
protocol MatrixMerge: GenericMerge {
  /// Whether a tensor is merged as a matrix.
  func isMatrix(_ task: MergeTask) -> Bool
  /// The result for matrices of the inputs. Throws M10 and M11 for what cannot be computed.
  func merge(_ matrices: [Matrix], _ task: MergeTask) throws(Rejection) -> Matrix
  /// The factors of the inputs in the sum that any other tensor becomes. Throws M16 where weights
  /// make no mean.
  func factors(_ task: MergeTask) throws(Rejection) -> [Double]
}

extension MatrixMerge {
  /// Two axes with more than one element each.
  func isMatrix(_ task: MergeTask) -> Bool {
    task.shape.rank == 2 && task.shape.dimensions.allSatisfy { $0 > 1 }
  }

  /// The result of matrices rounded once, or Σ cᵢ xᵢ.
  func merge<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection) {
    guard isMatrix(work.task) else { return try sum(work) }
    let matrices = try work.task.inputs.map { (input) throws(Rejection) in
      try input.elements.matrix(work.task.shape[0], work.task.shape[1])
    }
    let result = try merge(matrices, work.task)
    // Only rows are taken from the inputs' place: nothing is read again.
    try work.with([], dtype: work.task.dtype).write(work.spans) { block in
      for index in 0..<block.count {
        block.output[index] = Real(result.elements[block.range.lowerBound + index])
      }
    }
  }

  private func sum<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection) {
    let factors = try factors(work.task)
    try work.write(work.spans) { block in
      for index in 0..<block.count {
        var sum = 0.0
        for (input, factor) in zip(block.inputs, factors) where factor != 0 {
          sum += factor * Double(input[index])
        }
        block.output[index] = Real(sum)
      }
    }
  }
}

extension MergeElements {
  /// All elements as a matrix in double precision. Throws F04 where the file has become shorter.
  public func matrix(_ rowCount: Int, _ columnCount: Int) throws(Rejection) -> Matrix {
    let count = rowCount * columnCount
    precondition(count == self.count, "elements fill their matrix")
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count * 8, alignment: 64)
    defer { bytes.deallocate() }
    var failure: Rejection?
    let elements = [Double](unsafeUninitializedCapacity: count) { target, initialized in
      guard let start = target.baseAddress else { return }
      do throws(Rejection) {
        try read(0..<count, into: start, by: bytes)
        initialized = count
      } catch { failure = error }
    }
    if let failure { throw failure }
    return Matrix(elements, rowCount: rowCount, columnCount: columnCount)
  }
}
