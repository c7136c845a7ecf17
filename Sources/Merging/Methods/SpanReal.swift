internal import CKernels

/// What merges along vectors compute with elements, in double precision.
protocol SpanReal {
  /// Σ (a − base) (b − base), or of the numbers themselves, in a fixed order.
  static func product(
    _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>, from base: UnsafePointer<Self>?,
    _ count: Int
  ) -> Double
  /// target = base + Σ fᵢ (xᵢ − base), or Σ fᵢ xᵢ, over the factors that are not zero.
  static func add(
    _ vectors: [UnsafePointer<Self>], by factors: [Double], to base: UnsafePointer<Self>?,
    into target: UnsafeMutablePointer<Self>, _ count: Int)
}

extension Float: SpanReal {
  /// The sum of products of two vectors.
  static func product(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, from base: UnsafePointer<Float>?,
    _ count: Int
  ) -> Double {
    birdie_kernels().pointee.product(a, b, base, count)
  }

  /// The base and vectors with their factors.
  static func add(
    _ vectors: [UnsafePointer<Float>], by factors: [Double], to base: UnsafePointer<Float>?,
    into target: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    var vectors = vectors.map { UnsafePointer<Float>?($0) }
    birdie_kernels().pointee.add_vectors(target, base, &vectors, factors, factors.count, count)
  }
}

extension Double: SpanReal {
  /// The sum of products of two vectors.
  static func product(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, from base: UnsafePointer<Double>?,
    _ count: Int
  ) -> Double {
    var lanes = SIMD8<Double>.zero
    for index in 0..<count {
      let offset = base?[index] ?? 0
      lanes[index % 8] += (a[index] - offset) * (b[index] - offset)
    }
    return (0..<8).reduce(0) { $0 + lanes[$1] }
  }

  /// The base and vectors with their factors.
  static func add(
    _ vectors: [UnsafePointer<Double>], by factors: [Double], to base: UnsafePointer<Double>?,
    into target: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    for index in 0..<count {
      let offset = base?[index] ?? 0
      var sum = offset
      for (vector, factor) in zip(vectors, factors) where factor != 0 {
        sum += factor * (vector[index] - offset)
      }
      target[index] = sum
    }
  }
}
