internal import Diagnostics
internal import TensorCore

/// A method whose result is a sum of the inputs, or of their differences from the base, with
/// factors that are told by lengths and products of these vectors alone.
protocol SpanMerge: GenericMerge {
  /// Which elements make a vector.
  func vectors(_ task: MergeTask) -> MergeVectors
  /// Whether vectors are differences from the base, which is added in the end.
  func isRelative(_ task: MergeTask) -> Bool
  /// The factors of vectors. Throws M09 where there are none.
  func factors(_ products: InnerProducts, _ task: MergeTask) throws(Rejection) -> [Double]
}

/// Which elements of a tensor make a vector.
enum MergeVectors: Sendable {
  /// All of them.
  case whole
  /// Those along the last axis.
  case rows
  /// Those along the first axis.
  case columns
}

/// The products of some vectors with each other, in double.
struct InnerProducts: Sendable {
  /// How many vectors there are.
  let count: Int
  private var products: [Double]

  init(count: Int) {
    self.count = count
    products = [Double](repeating: 0, count: count * count)
  }

  /// The product of two vectors.
  subscript(first: Int, second: Int) -> Double {
    get { products[max(first, second) * count + min(first, second)] }
    set { products[max(first, second) * count + min(first, second)] = newValue }
  }

  /// Factors by which nothing is left.
  var none: [Double] { [Double](repeating: 0, count: count) }

  /// The length of a vector.
  func length(_ index: Int) -> Double { self[index, index].squareRoot() }

  /// Adds products of other parts of the same vectors.
  mutating func add(_ other: InnerProducts) {
    for index in products.indices { products[index] += other.products[index] }
  }
}

extension SpanMerge {
  /// The inputs that become vectors.
  private func members(_ task: MergeTask) -> [Int] {
    isRelative(task) ? task.others : Array(task.inputs.indices)
  }

  /// Σ cᵢ vᵢ, and the base where vectors are relative to it: in double, rounded once.
  func merge<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection) {
    let task = work.task
    let reader = VectorReader(members: members(task), base: isRelative(task) ? task.base : nil)
    switch vectors(task) {
    case .whole:
      let factors = try factors(try products(work, reader), task)
      try work.write(work.spans) { block in
        reader.vectors(block).write(0..<block.count, factors)
      }
    case .rows: try mergeRows(work, reader)
    case .columns: try mergeColumns(work, reader)
    }
  }

  private func products<Real: MergeReal>(
    _ work: MergeWork<Real>, _ reader: VectorReader
  ) throws(Rejection) -> InnerProducts {
    let none = InnerProducts(count: reader.members.count)
    var total = none
    try work.reduce(
      work.spans, prepare: { _ in none },
      { products, block in
        reader.vectors(block).addProducts(0..<block.count, to: &products)
      }, join: { total.add($0) })
    return total
  }

  private func mergeRows<Real: MergeReal>(
    _ work: MergeWork<Real>, _ reader: VectorReader
  ) throws(Rejection) {
    let task = work.task
    let length = max(task.shape.dimensions.last ?? 1, 1)
    let failure = FirstRejection()
    try work.write(work.rows) { block in
      let vectors = reader.vectors(block)
      for start in stride(from: 0, to: block.count, by: length) {
        var products = InnerProducts(count: reader.members.count)
        vectors.addProducts(start..<(start + length), to: &products)
        let factors = failure.catching { () throws(Rejection) in try self.factors(products, task) }
        vectors.write(start..<(start + length), factors ?? products.none)
      }
    }
    try failure.rethrow()
  }

  private func mergeColumns<Real: MergeReal>(
    _ work: MergeWork<Real>, _ reader: VectorReader
  ) throws(Rejection) {
    let task = work.task
    let width = max(task.shape.dimensions.dropFirst().reduce(1, *), 1)
    let none = [InnerProducts](
      repeating: InnerProducts(count: reader.members.count), count: width)
    var total = none
    try work.reduce(
      work.spans, perThread: 1, prepare: { _ in none },
      { products, block in
        let vectors = reader.vectors(block)
        for index in 0..<block.count {
          let column = (block.range.lowerBound + index) % width
          vectors.addProducts(index..<(index + 1), to: &products[column])
        }
      },
      join: { products in
        for column in total.indices { total[column].add(products[column]) }
      })
    let factors = try total.map { (products) throws(Rejection) in
      try self.factors(products, task)
    }
    try work.write(work.spans) { block in
      let vectors = reader.vectors(block)
      for index in 0..<block.count {
        vectors.write(
          index..<(index + 1), factors[(block.range.lowerBound + index) % width])
      }
    }
  }
}

/// Takes the vectors out of blocks.
private struct VectorReader: Sendable {
  let members: [Int]
  /// What is taken from them; nil for nothing.
  let base: Int?

  func vectors<Real: MergeReal>(_ block: MergeBlock<Real>) -> BlockVectors<Real> {
    BlockVectors(
      vectors: members.map { UnsafePointer(block.inputs[$0]) },
      base: base.map { UnsafePointer(block.inputs[$0]) }, output: block.output)
  }
}

/// The elements of one block, with what they are relative to.
private struct BlockVectors<Real: MergeReal> {
  let vectors: [UnsafePointer<Real>]
  let base: UnsafePointer<Real>?
  let output: UnsafeMutablePointer<Real>

  /// Adds the products of a range of elements.
  func addProducts(_ range: Range<Int>, to products: inout InnerProducts) {
    let start = range.lowerBound
    for first in vectors.indices {
      for second in 0...first {
        products[first, second] += Real.product(
          vectors[first] + start, vectors[second] + start, from: base.map { $0 + start },
          range.count)
      }
    }
  }

  /// Fills a range of the output with the sum.
  func write(_ range: Range<Int>, _ factors: [Double]) {
    let start = range.lowerBound
    Real.add(
      vectors.map { $0 + start }, by: factors, to: base.map { $0 + start },
      into: output + start, range.count)
  }
}
