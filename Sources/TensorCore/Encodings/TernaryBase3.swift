internal import CKernels
public import Diagnostics

/// Codes −1, 0, 1, five to a byte in base 3: byte = t₀ + 3 t₁ + 9 t₂ + 27 t₃ + 81 t₄, code = t − 1.
///
/// Components: packed codes (U8), one scale per group.
public struct TernaryBase3: TensorEncoding {
  /// The groups.
  public let geometry: GroupGeometry
  /// How a group's scale is used.
  public let correction: GroupCorrection

  /// Ternary codes in groups.
  public init(geometry: GroupGeometry, correction: GroupCorrection) {
    self.geometry = geometry
    self.correction = correction
  }

  /// `ternary_base3`
  public var kind: String { "ternary_base3" }
  /// A code and its sign.
  public var bits: Int? { 2 }
  /// `group of 128`, …
  public var granularity: String? { "group of \(geometry.groupSize)" }

  /// Throws C08 on a wrong number of bytes or a byte above 242 = 3⁵ − 1, C09 on scales that do not
  /// fit.
  public func validate(_ components: [Tensor], shape: Shape) throws(Rejection) {
    let components = try components.expecting(2)
    let byteCount = geometry.codeCount / 5 + (geometry.codeCount % 5 == 0 ? 0 : 1)
    try geometry.validate(
      packed: components[0], byteCount: byteCount, scales: components[1], shape: shape)
    let invalid = components[0].packed().bytes.withUnsafeBytes { bytes in
      bytes.firstIndex { $0 > 242 }
    }
    if let invalid {
      throw Rejection(
        EncodingRules.invalidCodes, "a packed byte is above 242, the largest of five ternary codes",
        at: Place(offset: invalid))
    }
  }

  /// Unpacks five codes at a time through a table.
  public func decode(
    _ components: [Tensor], shape: Shape, _ body: (Span<Float>) throws(Rejection) -> Void
  ) throws(Rejection) {
    let packed = components[0].packed()
    try packed.withCodes { (bytes: UnsafePointer<UInt8>) throws(Rejection) in
      var position = 0
      try Self.table.withPointer { (table) throws(Rejection) in
        try geometry.decode(scales: components[1], correction: correction, to: body) {
          Self.unpack(bytes, &position, table, $0, $1)
        }
      }
    }
  }

  private static func unpack(
    _ bytes: UnsafePointer<UInt8>, _ position: inout Int, _ table: UnsafePointer<UInt64>,
    _ codes: UnsafeMutablePointer<Int8>, _ count: Int
  ) {
    let target = UnsafeMutableRawPointer(codes)
    var done = 0
    while done < count {
      let (byte, digit) = position.quotientAndRemainder(dividingBy: 5)
      let entry = table[Int(bytes[byte])] &>> (8 * digit)
      // Writes up to eight bytes; the next entry overwrites what is beyond this one's codes.
      target.storeBytes(of: entry.littleEndian, toByteOffset: done, as: UInt64.self)
      let step = min(5 - digit, count - done)
      done += step
      position += step
    }
  }

  /// The five codes of every byte value, the first in the lowest byte.
  private static let table = TernaryTable()
}

/// Five codes for each of the 256 byte values; those above 242 never pass validation.
private struct TernaryTable: Sendable {
  private let entries: [UInt64]

  init() {
    entries = (0..<256).map { value in
      var (rest, entry) = (value, UInt64(0))
      for digit in 0..<5 {
        entry |= UInt64(UInt8(bitPattern: Int8(rest % 3) - 1)) << (8 * digit)
        rest /= 3
      }
      return entry
    }
  }

  func withPointer(
    _ body: (UnsafePointer<UInt64>) throws(Rejection) -> Void
  ) throws(Rejection) {
    try entries.withUnsafeBufferPointer { (buffer) throws(Rejection) in
      guard let base = buffer.baseAddress else { return }
      try body(base)
    }
  }
}
