public import Diagnostics

/// Codes −1 and 1 as a bit each, set for 1; the least significant bit of a byte comes first.
///
/// Components: packed codes (U8), one scale per group. Padding decodes to 1 and is cropped.
public struct BinarySigns: TensorEncoding {
  /// The groups.
  public let geometry: GroupGeometry

  /// Signs in groups.
  public init(geometry: GroupGeometry) { self.geometry = geometry }

  /// `binary`
  public var kind: String { "binary" }
  /// A sign.
  public var bits: Int? { 1 }
  /// `group of 128`, …
  public var granularity: String? { "group of \(geometry.groupSize)" }

  /// Throws C08 on a wrong number of bytes, C09 on scales that do not fit.
  public func validate(_ components: [Tensor], shape: Shape) throws(Rejection) {
    let components = try components.expecting(2)
    let byteCount = geometry.codeCount / 8 + (geometry.codeCount % 8 == 0 ? 0 : 1)
    try geometry.validate(
      packed: components[0], byteCount: byteCount, scales: components[1], shape: shape)
  }

  /// Unpacks bit after bit.
  public func decode(
    _ components: [Tensor], shape: Shape, _ body: (Span<Float>) throws(Rejection) -> Void
  ) throws(Rejection) {
    let packed = components[0].packed()
    try packed.withCodes { (bytes: UnsafePointer<UInt8>) throws(Rejection) in
      var position = 0
      try geometry.decode(scales: components[1], correction: .none, to: body) { codes, count in
        for index in 0..<count {
          let bit = position &+ index
          let set = bytes[bit &>> 3] &>> UInt8(truncatingIfNeeded: bit & 7) & 1
          codes[index] = Int8(truncatingIfNeeded: set) &* 2 &- 1
        }
        position += count
      }
    }
  }
}
