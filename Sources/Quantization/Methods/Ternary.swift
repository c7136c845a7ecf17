public import Diagnostics
public import TensorCore

/// Codes −1, 0 and 1 with the mean magnitude of each group as their scale (Ma et al. 2024, BitNet
/// b1.58; openai/parameter-golf, 2026-03-24_74M_Ternary), packed five to a byte.
public struct Ternary: QuantizationMethod {
  /// The name in recipes and on the command line.
  public static let id = "ternary"
  /// What it does, in one line.
  public static let summary = "codes -1, 0 and 1 times the mean magnitude of a group"
  /// What can be chosen.
  public static let options = [
    MethodOption("group", "128", "columns that share a scale; 0: a row")
  ]

  private let groupSize: Int

  /// Takes the options; throws Q05 for what they cannot be.
  public init(_ options: inout OptionReader) throws(Rejection) {
    groupSize = try options.integer("group", in: 0...(1 << 20), or: 128)
  }

  /// The codes of a weight and what turns them into numbers; `step` multiplies its scales.
  public func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor {
    let groups = PaddedGroups(weight, size: groupSize)
    let rounding = CodeRounding(-1, 1)
    var scales: [Float] = []
    var bytes = [UInt8](repeating: 0, count: (groups.codeCount + 4) / 5)
    let powers: [UInt8] = [1, 3, 9, 27, 81]
    groups.forEach(weight) { first, elements in
      let mean = elements.meanMagnitude(of: groups.size)
      let scale = ScaleType.f16.rounded(max(mean * step, 1e-8))
      scales.append(scale)
      for place in 0..<groups.size {
        // A scale that half precision rounds to zero has only zeros to offer.
        let element = place < elements.count && scale > 0 ? elements[place] : 0
        let digit = rounding.code(element, step: scale > 0 ? scale : 1) + 1
        bytes[(first + place) / 5] += UInt8(digit) * powers[(first + place) % 5]
      }
    }
    return try weight.encoded(
      TernaryBase3(geometry: groups.geometry, correction: .none),
      ("packed", Tensor(bytes, .u8, [bytes.count])),
      ("scale", ScaleType.f16.tensor(scales, [scales.count])))
  }
}

/// Groups of columns of one size, of which rows are padded to a whole number.
struct PaddedGroups {
  /// The elements of a group.
  let size: Int
  let geometry: GroupGeometry
  private let rows: Int
  private let columns: Int

  /// Groups of `size` columns; for 0 a row.
  init(_ weight: Weight, size: Int) {
    self.size = size == 0 ? max(weight.columns, 1) : size
    (rows, columns) = (weight.rows, weight.columns)
    let padded = (columns + self.size - 1) / self.size * self.size
    guard
      let geometry = GroupGeometry(
        rows: rows, columns: columns, paddedColumns: padded, groupSize: self.size)
    else { preconditionFailure("groups fill rows") }
    self.geometry = geometry
  }

  /// The codes with the padding.
  var codeCount: Int { geometry.codeCount }

  /// Calls `body` with the place of each group's first code and its elements, without the padding.
  func forEach(_ weight: Weight, _ body: (Int, UnsafeBufferPointer<Float>) -> Void) {
    weight.elements.withUnsafeBufferPointer { elements in
      for row in 0..<rows {
        for first in stride(from: 0, to: columns, by: size) {
          let range = (row * columns + first)..<(row * columns + min(first + size, columns))
          body(
            row * geometry.paddedColumns + first,
            UnsafeBufferPointer(rebasing: elements[range]))
        }
      }
    }
  }
}

extension UnsafeBufferPointer<Float> {
  /// The sum of the magnitudes, in order and in double precision, over `size`.
  func meanMagnitude(of size: Int) -> Double {
    reduce(0.0) { $0 + Double($1.magnitude) } / Double(size)
  }
}
