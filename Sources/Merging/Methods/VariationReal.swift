internal import CKernels

/// What selection by variance computes with elements of several models, in double precision.
protocol VariationReal {
  /// The variance over models of each element.
  static func variance(
    of models: [UnsafeMutablePointer<Self>], into target: UnsafeMutablePointer<Self>, _ count: Int)
  /// Σ (x − base)² where the mask is not zero.
  static func energy(
    _ x: UnsafePointer<Self>, from base: UnsafePointer<Self>, where mask: UnsafePointer<Self>,
    _ count: Int
  ) -> Double
  /// target = base + Σ wᵢ (xᵢ − base) / max(Σ wᵢ, 10⁻⁶) over the models whose masked difference has
  /// the sign of the sum of all, plus for zero.
  static func elect(
    _ models: [UnsafeMutablePointer<Self>], masked: [UnsafeMutablePointer<Self>],
    weights: [Double], from base: UnsafePointer<Self>, into target: UnsafeMutablePointer<Self>,
    _ count: Int)
}

extension Float: VariationReal {
  /// The variance over models of each element.
  static func variance(
    of models: [UnsafeMutablePointer<Float>], into target: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    var models = models.map { UnsafePointer<Float>?($0) }
    birdie_kernels().pointee.variance(target, &models, models.count, count)
  }

  /// Σ (x − base)² where the mask is not zero.
  static func energy(
    _ x: UnsafePointer<Float>, from base: UnsafePointer<Float>, where mask: UnsafePointer<Float>,
    _ count: Int
  ) -> Double {
    birdie_kernels().pointee.energy(x, base, mask, count)
  }

  /// The base and the weighted mean of the differences of one sign.
  static func elect(
    _ models: [UnsafeMutablePointer<Float>], masked: [UnsafeMutablePointer<Float>],
    weights: [Double], from base: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    var models = models.map { UnsafePointer<Float>?($0) }
    var masked = masked.map { UnsafePointer<Float>?($0) }
    birdie_kernels().pointee.elect(target, base, &models, &masked, weights, models.count, count)
  }
}

extension Double: VariationReal {
  /// The variance over models of each element.
  static func variance(
    of models: [UnsafeMutablePointer<Double>], into target: UnsafeMutablePointer<Double>,
    _ count: Int
  ) {
    let divisor = Double(models.count)
    for index in 0..<count {
      let mean = models.reduce(0) { $0 + $1[index] } / divisor
      let sum = models.reduce(0) { $0 + ($1[index] - mean) * ($1[index] - mean) }
      target[index] = sum / divisor
    }
  }

  /// Σ (x − base)² where the mask is not zero.
  static func energy(
    _ x: UnsafePointer<Double>, from base: UnsafePointer<Double>,
    where mask: UnsafePointer<Double>, _ count: Int
  ) -> Double {
    (0..<count).reduce(0) { sum, index in
      let exact = x[index] - base[index]
      return sum + (mask[index] == 0 ? 0 : exact * exact)
    }
  }

  /// The base and the weighted mean of the differences of one sign.
  static func elect(
    _ models: [UnsafeMutablePointer<Double>], masked: [UnsafeMutablePointer<Double>],
    weights: [Double], from base: UnsafePointer<Double>,
    into target: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    for index in 0..<count {
      let sign = masked.reduce(0) { $0 + $1[index] }
      var (sum, share) = (0.0, 0.0)
      for place in models.indices {
        let own = masked[place][index]
        guard sign >= 0 ? own > 0 : own < 0 else { continue }
        sum += weights[place] * (models[place][index] - base[index])
        share += weights[place]
      }
      target[index] = base[index] + sum / max(share, 1e-6)
    }
  }
}
