internal import CKernels
internal import Diagnostics
internal import TensorCore

/// The numbers of E2M1, four bits with a sign, a mantissa bit and a bias of 1 (OCP Microscaling
/// 1.0, 2023), by their codes.
enum FourBitFloats {
  /// Of codes 0 to 7; the others are their negatives.
  static let magnitudes: [Float] = [0, 0.5, 1, 1.5, 2, 3, 4, 6]
  /// Of all codes.
  static let numbers = magnitudes + magnitudes.map { -$0 }
  private static let bounds: [Float] = [0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5]

  /// The code of the nearest number, ties to the even code, large ones to the largest.
  static func code(_ number: Float) -> UInt8 {
    let magnitude = number.magnitude
    var code: UInt8 = 0
    for (index, bound) in bounds.enumerated()
    where index % 2 == 0 ? magnitude > bound : magnitude >= bound {
      code = UInt8(index) + 1
    }
    // There is a −0, which decodes as 0 does and is not used.
    return number < 0 && code > 0 ? code + 8 : code
  }

  /// Codes of groups of columns; `scale` tells each group's from its largest magnitude.
  static func codes(
    _ weight: Weight, groupSize: Int, scale: (Float) -> Float
  ) -> [UInt8] {
    var codes = [UInt8](repeating: 0, count: weight.elements.count)
    ElementGroups(weight, size: groupSize).forEach(weight) { _, range, elements in
      let step = scale(elements.largestMagnitude)
      guard step > 0 else { return }
      for place in elements.indices {
        codes[range.lowerBound + place] = code(elements[place] / step)
      }
    }
    return codes
  }
}
