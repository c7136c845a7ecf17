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
    let base = isRelative(task) ? task.base : nil
    let members = members(task)
    switch vectors(task) {
    case .whole:
      let factors = try factors(try products(work, members, base), task)
      try work.write(work.spans) { block in
        VectorSum(members: members, base: base).write(block, 0..<block.count) { _ in factors }
      }
    case .rows:
      try mergeRows(work, members, base)
    case .columns:
      try mergeColumns(work, members, base)
    }
  }

  private func products<Real: MergeReal>(
    _ work: MergeWork<Real>, _ members: [Int], _ base: Int?
  ) throws(Rejection) -> InnerProducts {
    var total = InnerProducts(count: members.count)
    try work.reduce(
      work.spans, prepare: { _ in InnerProducts(count: members.count) },
      { products, block in
        VectorSum(members: members, base: base).addProducts(block, 0..<block.count, to: &products)
      }, join: { total.add($0) })
    return total
  }

  private func mergeRows<Real: MergeReal>(
    _ work: MergeWork<Real>, _ members: [Int], _ base: Int?
  ) throws(Rejection) {
    let task = work.task
    let length = max(task.shape.dimensions.last ?? 1, 1)
    let failure = FirstRejection()
    try work.write(work.rows) { block in
      let sum = VectorSum(members: members, base: base)
      for start in stride(from: 0, to: block.count, by: length) {
        var products = InnerProducts(count: members.count)
        sum.addProducts(block, start..<(start + length), to: &products)
        let factors = failure.catching { () throws(Rejection) in try self.factors(products, task) }
        sum.write(block, start..<(start + length)) { _ in factors ?? [] }
      }
    }
    try failure.rethrow()
  }

  private func mergeColumns<Real: MergeReal>(
    _ work: MergeWork<Real>, _ members: [Int], _ base: Int?
  ) throws(Rejection) {
    let task = work.task
    let width = max(task.shape.dimensions.dropFirst().reduce(1, *), 1)
    let none = [InnerProducts](repeating: InnerProducts(count: members.count), count: width)
    var total = none
    try work.reduce(
      work.spans, perThread: 1, prepare: { _ in none },
      { products, block in
        let sum = VectorSum(members: members, base: base)
        for index in 0..<block.count {
          let column = (block.range.lowerBound + index) % width
          sum.addProducts(block, index..<(index + 1), to: &products[column])
        }
      },
      join: { products in
        for column in total.indices { total[column].add(products[column]) }
      })
    let factors = try total.map { (products) throws(Rejection) in
      try self.factors(products, task)
    }
    try work.write(work.spans) { block in
      VectorSum(members: members, base: base).write(block, 0..<block.count) { index in
        factors[(block.range.lowerBound + index) % width]
      }
    }
  }
}

/// Sums of the vectors of one block.
private struct VectorSum {
  let members: [Int]
  let base: Int?

  private func element<Real: MergeReal>(
    _ block: MergeBlock<Real>, _ member: Int, _ index: Int
  ) -> Double {
    let value = Double(block.inputs[member][index])
    guard let base else { return value }
    return value - Double(block.inputs[base][index])
  }

  /// Adds the products of a range of elements, eight partial sums each.
  func addProducts<Real: MergeReal>(
    _ block: MergeBlock<Real>, _ range: Range<Int>, to products: inout InnerProducts
  ) {
    for (first, member) in members.enumerated() {
      for second in 0...first {
        products[first, second] += product(block, member, members[second], range)
      }
    }
  }

  private func product<Real: MergeReal>(
    _ block: MergeBlock<Real>, _ first: Int, _ second: Int, _ range: Range<Int>
  ) -> Double {
    var lanes = SIMD8<Double>.zero
    var index = range.lowerBound
    while index + 8 <= range.upperBound {
      var (a, b) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
      for lane in 0..<8 {
        a[lane] = element(block, first, index + lane)
        b[lane] = element(block, second, index + lane)
      }
      lanes += a * b
      index += 8
    }
    while index < range.upperBound {
      lanes[index % 8] += element(block, first, index) * element(block, second, index)
      index += 1
    }
    return (0..<8).reduce(0) { $0 + lanes[$1] }
  }

  /// Fills a range of the output with the sum.
  func write<Real: MergeReal>(
    _ block: MergeBlock<Real>, _ range: Range<Int>, _ factors: (Int) -> [Double]
  ) {
    for index in range {
      var sum = base.map { Double(block.inputs[$0][index]) } ?? 0
      for (member, factor) in zip(members, factors(index)) where factor != 0 {
        sum += factor * element(block, member, index)
      }
      block.output[index] = Real(sum)
    }
  }
}
