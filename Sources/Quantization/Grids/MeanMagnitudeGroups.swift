internal import Diagnostics
internal import TensorCore

/// Groups of columns whose scale is the mean magnitude of their elements, with codes packed several
/// to a byte: what ternary and binary weights have in common.
struct MeanMagnitudeGroups {
  /// The size of a group, as methods offer it.
  static let option = MethodOption("group", "128", "columns that share a scale; 0: a row")

  private let size: Int

  /// Takes the size from the options; throws Q05.
  init(_ options: inout OptionReader) throws(Rejection) {
    size = try options.integer(Self.option.key, in: 0...(1 << 20), or: 128)
  }

  /// Codes of all groups, scales in half precision, and how the groups lie.
  ///
  /// `add` gets a byte to add a code to, the code's place in it, the element and its group's scale.
  /// Rows are padded with zeros to whole groups, which count for the means too.
  func packed(
    _ weight: Weight, codesPerByte: Int, step: Double, leastScale: Double = 0,
    _ add: (_ byte: inout UInt8, _ place: Int, _ element: Float, _ scale: Float) -> Void
  ) -> (codes: Tensor, scales: Tensor, geometry: GroupGeometry) {
    let geometry = geometry(of: weight)
    let groupSize = geometry.groupSize
    var bytes = [UInt8](
      repeating: 0, count: (geometry.codeCount + codesPerByte - 1) / codesPerByte)
    var scales: [Float] = []
    weight.elements.withUnsafeBufferPointer { elements in
      for row in 0..<weight.rows {
        for first in stride(from: 0, to: weight.columns, by: groupSize) {
          let start = row * weight.columns + first
          let count = min(groupSize, weight.columns - first)
          let group = UnsafeBufferPointer(rebasing: elements[start..<(start + count)])
          let scale = ScaleType.f16.rounded(
            max(group.meanMagnitude(of: groupSize) * step, leastScale))
          scales.append(scale)
          for place in 0..<groupSize {
            let (byte, placeInByte) = (row * geometry.paddedColumns + first + place)
              .quotientAndRemainder(dividingBy: codesPerByte)
            add(&bytes[byte], placeInByte, place < count ? group[place] : 0, scale)
          }
        }
      }
    }
    return (
      Tensor(bytes, .u8, [bytes.count]), ScaleType.f16.tensor(scales, [scales.count]), geometry
    )
  }

  private func geometry(of weight: Weight) -> GroupGeometry {
    let size = size == 0 ? max(weight.columns, 1) : size
    let padded = (weight.columns + size - 1) / size * size
    guard
      let geometry = GroupGeometry(
        rows: weight.rows, columns: weight.columns, paddedColumns: padded, groupSize: size)
    else { preconditionFailure("groups fill rows") }
    return geometry
  }
}

extension UnsafeBufferPointer<Float> {
  /// The sum of the magnitudes, in order and in double precision, over `size`.
  fileprivate func meanMagnitude(of size: Int) -> Double {
    reduce(0.0) { $0 + Double($1.magnitude) } / Double(size)
  }
}
