public import Diagnostics

/// Codes −1, 0, 1 as a bit per code, set where it is not zero, then a bit per non-zero code, set
/// where it is 1; the most significant bit of a byte comes first, both parts fill whole bytes.
///
/// Components: packed codes (U8), one scale per group.
public struct TernaryBitmask: TensorEncoding {
  /// The groups.
  public let geometry: GroupGeometry
  /// How a group's scale is used.
  public let correction: GroupCorrection

  /// Ternary codes in groups.
  public init(geometry: GroupGeometry, correction: GroupCorrection) {
    self.geometry = geometry
    self.correction = correction
  }

  /// `ternary_bitmask`
  public var kind: String { "ternary_bitmask" }
  /// A code and its sign.
  public var bits: Int? { 2 }
  /// `group of 128`, …
  public var granularity: String? { "group of \(geometry.groupSize)" }

  /// Throws C08 unless there are as many sign bits as set mask bits, C09 on scales that do not fit.
  public func validate(_ components: [Tensor], shape: Shape) throws(Rejection) {
    let components = try components.expecting(2)
    let packed = components[0]
    try packed.requireStored(as: .u8, "packed codes")
    let maskBytes = Self.byteCount(bits: geometry.codeCount)
    try require(
      packed.shape.elementCount >= maskBytes, EncodingRules.invalidCodes,
      "\(packed.shape.elementCount) packed bytes cannot mask \(geometry.codeCount) codes")
    let signs = packed.packed().bytes.withUnsafeBytes { bytes in
      countSetBits(bytes[..<maskBytes])
    }
    try geometry.validate(
      packed: packed, byteCount: maskBytes + Self.byteCount(bits: signs), scales: components[1],
      shape: shape)
  }

  private static func byteCount(bits: Int) -> Int { bits / 8 + (bits % 8 == 0 ? 0 : 1) }

  /// The set bits of the mask without the padding of its last byte.
  private func countSetBits(_ mask: Slice<UnsafeRawBufferPointer>) -> Int {
    var count = 0
    for byte in mask { count &+= byte.nonzeroBitCount }
    if let last = mask.last, geometry.codeCount % 8 != 0 {
      count &-= (last << (geometry.codeCount % 8)).nonzeroBitCount
    }
    return count
  }

  /// Walks mask and signs side by side.
  public func decode(
    _ components: [Tensor], shape: Shape, _ body: (Span<Float>) throws(Rejection) -> Void
  ) throws(Rejection) {
    let packed = components[0].packed()
    try packed.withCodes { (mask: UnsafePointer<UInt8>) throws(Rejection) in
      let signs = mask + Self.byteCount(bits: geometry.codeCount)
      var (position, sign) = (0, 0)
      try geometry.decode(scales: components[1], correction: correction, to: body) { codes, count in
        for index in 0..<count {
          if Self.bit(position &+ index, of: mask) {
            codes[index] = Self.bit(sign, of: signs) ? 1 : -1
            sign &+= 1
          } else {
            codes[index] = 0
          }
        }
        position += count
      }
    }
  }

  private static func bit(_ index: Int, of bytes: UnsafePointer<UInt8>) -> Bool {
    bytes[index &>> 3] & (0x80 &>> UInt8(truncatingIfNeeded: index & 7)) != 0
  }
}
