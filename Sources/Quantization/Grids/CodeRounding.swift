/// Elements over a step, rounded to whole codes within a range, ties to even.
///
/// Division, comparison and addition of IEEE singles only: the same codes on every machine.
struct CodeRounding {
  /// The least and the greatest code.
  let codes: ClosedRange<Float>
  /// What codes are moved by before they are cut to the range.
  var zero: Float = 0

  /// Added to a number of less than 2²² it leaves the nearest integer in the low bits.
  private static let shift: Float = 12_582_912

  /// Codes from `least` to `greatest`, which fit a byte.
  init(_ least: Int, _ greatest: Int, zero: Float = 0) {
    codes = Float(least)...Float(greatest)
    self.zero = zero
  }

  /// The code of an element. Over a step of 0 a zero has the code 0, others those of the ends.
  func code(_ element: Float, step: Float) -> Int8 {
    let ratio = element / step
    // The shift rounds; cutting to whole ends first gives what cutting afterwards would, and NaN,
    // which neither comparison holds for, ends in zeros.
    let low = ratio < codes.lowerBound - zero ? codes.lowerBound - zero : ratio
    let cut = low > codes.upperBound - zero ? codes.upperBound - zero : low
    return Int8(truncatingIfNeeded: (cut + Self.shift).bitPattern)
      &+ Int8(truncatingIfNeeded: (zero + Self.shift).bitPattern)
  }

  /// Writes the codes of a run of elements.
  func write(
    _ elements: UnsafeBufferPointer<Float>, step: Float, to target: UnsafeMutablePointer<Int8>
  ) {
    for index in elements.indices { target[index] = code(elements[index], step: step) }
  }

  /// The sum of the squares of what rounding changes, in double precision, in order.
  func squaredError(_ elements: UnsafeBufferPointer<Float>, step: Float) -> Double {
    var sum = 0.0
    for element in elements {
      let error = (Float(code(element, step: step)) - zero) * step - element
      sum += Double(error) * Double(error)
    }
    return sum
  }
}
