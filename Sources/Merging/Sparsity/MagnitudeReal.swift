internal import CKernels
internal import TensorCore

/// Absolute values as whole numbers of the same order, by which elements are selected without being
/// sorted.
protocol MagnitudeReal {
  /// Bits of a magnitude.
  static var magnitudeWidth: Int { get }
  /// The number with a magnitude, not negative.
  static func ofMagnitude(_ magnitude: UInt64) -> Self
  /// The number's magnitude.
  var magnitudeBits: UInt64 { get }
  /// Adds to `counts` how many magnitudes, whose bits above `shift + width` are `prefix`, have each
  /// value in the `width` bits above `shift`.
  static func countMagnitudes(
    _ numbers: UnsafePointer<Self>, _ count: Int, in counts: inout [UInt32], shift: Int,
    width: Int, prefix: UInt64)
  /// Writes the absolute values of the numbers with a magnitude in a range, in order, to memory for
  /// all of them; says how many, and adds to `smaller` how many have a smaller magnitude.
  static func gather(
    _ range: ClosedRange<UInt64>, of numbers: UnsafePointer<Self>, _ count: Int,
    into target: UnsafeMutablePointer<Self>, smaller: inout Int
  ) -> Int
  /// How many numbers have a magnitude.
  static func count(
    of magnitude: UInt64, in numbers: UnsafePointer<Self>, _ count: Int
  ) -> Int
  /// target = numbers · 1 where the magnitude is kept, else · 0.
  static func keep(
    _ range: inout MagnitudeRange, of numbers: UnsafePointer<Self>,
    into target: UnsafeMutablePointer<Self>, _ count: Int)
  /// The sum of absolute values.
  static func sumOfMagnitudes(_ numbers: UnsafePointer<Self>, _ count: Int) -> Double
  /// Adds numbers with the sign of `signs`, plus for zeros, and the weight of each.
  static func addAgreeing(
    _ numbers: UnsafePointer<Self>, with signs: UnsafePointer<Self>, weight: Self,
    to sum: UnsafeMutablePointer<Self>, weights: UnsafeMutablePointer<Self>, _ count: Int)
}

/// The magnitudes that are kept: those between two, and of the two themselves the first ones, as
/// many as are left.
struct MagnitudeRange: Sendable {
  var low: UInt64
  var high: UInt64
  /// Of those equal to `low`; of all there are where it is `UInt64.max`.
  var lowLeft: UInt64
  /// Of those equal to `high`.
  var highLeft: UInt64
}

extension MagnitudeReal {
  /// The largest magnitude there is.
  static var largestMagnitude: UInt64 { 1 << UInt64(magnitudeWidth) - 1 }
}

extension Float: MagnitudeReal {
  /// Bits of a magnitude.
  static var magnitudeWidth: Int { 31 }

  /// The number with a magnitude, not negative.
  static func ofMagnitude(_ magnitude: UInt64) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: magnitude))
  }

  /// The number's magnitude.
  var magnitudeBits: UInt64 { UInt64(magnitude.bitPattern) }

  /// Adds to `counts` how many magnitudes have each value in some bits.
  static func countMagnitudes(
    _ numbers: UnsafePointer<Float>, _ count: Int, in counts: inout [UInt32], shift: Int,
    width: Int, prefix: UInt64
  ) {
    birdie_count_magnitudes(
      &counts, numbers, count, UInt32(shift), UInt32(width), UInt32(truncatingIfNeeded: prefix))
  }

  /// Writes the absolute values of the numbers with a magnitude in a range.
  static func gather(
    _ range: ClosedRange<UInt64>, of numbers: UnsafePointer<Float>, _ count: Int,
    into target: UnsafeMutablePointer<Float>, smaller: inout Int
  ) -> Int {
    birdie_kernels().pointee.gather_magnitudes(
      target, numbers, count, UInt32(range.lowerBound), UInt32(range.upperBound), &smaller)
  }

  /// How many numbers have a magnitude.
  static func count(
    of magnitude: UInt64, in numbers: UnsafePointer<Float>, _ count: Int
  ) -> Int {
    birdie_count_equal_magnitudes(numbers, count, UInt32(truncatingIfNeeded: magnitude))
  }

  /// target = numbers · 1 where the magnitude is kept, else · 0.
  static func keep(
    _ range: inout MagnitudeRange, of numbers: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    var kernel = birdie_magnitude_range(
      low: UInt32(truncatingIfNeeded: range.low), high: UInt32(truncatingIfNeeded: range.high),
      low_left: range.lowLeft, high_left: range.highLeft)
    birdie_kernels().pointee.keep_magnitudes(target, numbers, count, &kernel)
    (range.lowLeft, range.highLeft) = (kernel.low_left, kernel.high_left)
  }

  /// The sum of absolute values, in double.
  static func sumOfMagnitudes(_ numbers: UnsafePointer<Float>, _ count: Int) -> Double {
    birdie_kernels().pointee.sum_magnitudes(numbers, count)
  }

  /// Adds numbers with the sign of `signs`, plus for zeros, and the weight of each.
  static func addAgreeing(
    _ numbers: UnsafePointer<Float>, with signs: UnsafePointer<Float>, weight: Float,
    to sum: UnsafeMutablePointer<Float>, weights: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    birdie_kernels().pointee.add_agreeing(sum, weights, numbers, signs, weight, count)
  }
}

extension Double: MagnitudeReal {
  /// Bits of a magnitude.
  static var magnitudeWidth: Int { 63 }

  /// The number with a magnitude, not negative.
  static func ofMagnitude(_ magnitude: UInt64) -> Double { Double(bitPattern: magnitude) }

  /// The number's magnitude.
  var magnitudeBits: UInt64 { magnitude.bitPattern }

  /// Adds to `counts` how many magnitudes have each value in some bits.
  static func countMagnitudes(
    _ numbers: UnsafePointer<Double>, _ count: Int, in counts: inout [UInt32], shift: Int,
    width: Int, prefix: UInt64
  ) {
    let mask = UInt64(1) << UInt64(width) - 1
    for index in 0..<count {
      let bits = numbers[index].magnitude.bitPattern
      // A shift by all bits and more gives 0.
      if bits >> UInt64(shift + width) == prefix {
        counts[Int(bits >> UInt64(shift) & mask)] += 1
      }
    }
  }

  /// Writes the absolute values of the numbers with a magnitude in a range.
  static func gather(
    _ range: ClosedRange<UInt64>, of numbers: UnsafePointer<Double>, _ count: Int,
    into target: UnsafeMutablePointer<Double>, smaller: inout Int
  ) -> Int {
    var gathered = 0
    for index in 0..<count {
      let bits = numbers[index].magnitude.bitPattern
      if bits < range.lowerBound { smaller += 1 }
      target[gathered] = numbers[index].magnitude
      if range.contains(bits) { gathered += 1 }
    }
    return gathered
  }

  /// How many numbers have a magnitude.
  static func count(
    of magnitude: UInt64, in numbers: UnsafePointer<Double>, _ count: Int
  ) -> Int {
    (0..<count).count { numbers[$0].magnitude.bitPattern == magnitude }
  }

  /// target = numbers · 1 where the magnitude is kept, else · 0.
  static func keep(
    _ range: inout MagnitudeRange, of numbers: UnsafePointer<Double>,
    into target: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    for index in 0..<count {
      let bits = numbers[index].magnitude.bitPattern
      var isKept = bits > range.low && bits < range.high
      if bits == range.low {
        isKept = range.lowLeft > 0
        if isKept, range.lowLeft != .max { range.lowLeft -= 1 }
      } else if bits == range.high {
        isKept = range.highLeft > 0
        if isKept, range.highLeft != .max { range.highLeft -= 1 }
      }
      target[index] = numbers[index] * (isKept ? 1 : 0)
    }
  }

  /// The sum of absolute values.
  static func sumOfMagnitudes(_ numbers: UnsafePointer<Double>, _ count: Int) -> Double {
    (0..<count).reduce(0) { $0 + numbers[$1].magnitude }
  }

  /// Adds numbers with the sign of `signs`, plus for zeros, and the weight of each.
  static func addAgreeing(
    _ numbers: UnsafePointer<Double>, with signs: UnsafePointer<Double>, weight: Double,
    to sum: UnsafeMutablePointer<Double>, weights: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    for index in 0..<count {
      let agrees: Double = (signs[index] >= 0 ? numbers[index] > 0 : numbers[index] < 0) ? 1 : 0
      sum[index] += numbers[index] * agrees
      weights[index] += weight * agrees
    }
  }
}
