internal import Diagnostics
internal import TensorCore

extension TrellisFeedback {
  /// Codes with a scale for each column, in bytes where they fit.
  static func encoded(
    _ weight: Weight, _ codes: [Int16], _ rowScales: [Float], _ columnScales: [Float],
    _ trellis: Trellis?
  ) throws(Rejection) -> EncodedTensor {
    let fits = codes.allSatisfy { (-128...127).contains($0) }
    let stored =
      fits
      ? Tensor(codes.map(Int8.init(truncatingIfNeeded:)), .i8, weight.shape)
      : Tensor(codes, .i16, weight.shape)
    return try weight.encoded(
      GridCodes(trellis: trellis), ("codes", stored),
      ("row_scales", Tensor(rowScales, .f32, [rowScales.count])),
      ("column_scales", Tensor(columnScales, .f32, [weight.columns])))
  }
}
