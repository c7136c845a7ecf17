/// Unit vectors that are orthogonal to each other, one behind the other in memory.
struct OrthonormalVectors {
  private let length: Int
  private var elements: [Double] = []

  /// No vectors of a length yet.
  init(length: Int) { self.length = length }

  /// How many there are.
  var count: Int { length > 0 ? elements.count / length : 0 }

  /// Each by itself.
  var vectors: [[Double]] {
    (0..<count).map { Array(elements[($0 * length)..<(($0 + 1) * length)]) }
  }

  /// Adds a vector that was made orthonormal.
  mutating func append(_ vector: [Double]) { elements += vector }

  /// Takes out of a vector its shares in those from `first` on, and gives it the length 1; the norm
  /// is that after the first pass, as a second one takes out what rounding leaves of the first. A
  /// vector of which nothing is left stays zero.
  func makeOrthonormal(
    _ vector: inout [Double], from first: Int = 0, passes: Int = 2
  ) -> Double {
    var norm = 0.0
    vector.withUnsafeMutableBufferPointer { vector in
      guard let start = vector.baseAddress else { return }
      for pass in 0..<passes {
        elements.withUnsafeBufferPointer { elements in
          guard let others = elements.baseAddress else { return }
          for place in first..<max(count, first) {
            let other = others + place * length
            Self.add(-Self.dot(start, other, length), other, to: start, length)
          }
        }
        let size = Self.dot(start, start, length).squareRoot()
        if pass == 0 { norm = size }
        guard size > 0 else {
          norm = 0
          return
        }
        for index in 0..<length { start[index] /= size }
      }
    }
    return norm
  }

  /// A unit vector that is orthogonal to all, which are fewer than their elements.
  func completion() -> [Double] {
    for place in 0..<length {
      var unit = [Double](repeating: 0, count: length)
      unit[place] = 1
      let norm = makeOrthonormal(&unit)
      // The squares of all units' rests come to at least 1.
      if norm * norm * Double(2 * length) >= 1 { return unit }
    }
    preconditionFailure("fewer vectors than elements leave room")
  }

  /// target += factor · source.
  static func add(
    _ factor: Double, _ source: UnsafePointer<Double>, to target: UnsafeMutablePointer<Double>,
    _ count: Int
  ) {
    for index in 0..<count { target[index] += factor * source[index] }
  }

  /// In four sums, which processors form side by side.
  static func dot(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int
  ) -> Double {
    var sums = SIMD4<Double>.zero
    let whole = count & ~3
    for index in stride(from: 0, to: whole, by: 4) {
      sums +=
        SIMD4(a[index], a[index + 1], a[index + 2], a[index + 3])
        * SIMD4(b[index], b[index + 1], b[index + 2], b[index + 3])
    }
    var rest = 0.0
    for index in whole..<count { rest += a[index] * b[index] }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
  }
}
