internal import Glibc
public import TensorCore

/// The angles by which rotary embeddings turn the pairs of a head's dimensions (Su et al. 2021).
///
/// Dimension `i` is paired with `i + dimensionCount / 2`; dimensions beyond `dimensionCount` stay.
public struct RotaryTable: Sendable {
  /// Which way a positive angle turns.
  public enum Direction: Sendable {
    /// (x cos − y sin, y cos + x sin), as in Llama.
    case counterclockwise
    /// (x cos + y sin, y cos − x sin), as in the challenge's models.
    case clockwise
  }

  /// How many of a head's leading dimensions are turned.
  public let dimensionCount: Int
  /// Which way.
  public let direction: Direction
  /// The cosines, `dimensionCount / 2` for each position.
  public let cosines: [Float]
  /// The sines, likewise.
  public let sines: [Float]

  /// The table of `positionCount` positions for angular frequencies given per pair. Angles are
  /// rounded to float32 before their cosines are taken, as PyTorch does.
  public init(
    frequencies: [Float], positionCount: Int, direction: Direction,
    roundedTo dtype: DType = .f32
  ) {
    dimensionCount = 2 * frequencies.count
    self.direction = direction
    var cosines: [Float] = []
    var sines: [Float] = []
    cosines.reserveCapacity(positionCount * frequencies.count)
    sines.reserveCapacity(positionCount * frequencies.count)
    for position in 0..<positionCount {
      for frequency in frequencies {
        let angle = Double(Float(position) * frequency)
        cosines.append(Float(cos(angle)))
        sines.append(Float(sin(angle)))
      }
    }
    self.cosines = dtype == .bf16 ? cosines.map(\.roundedToBFloat16) : cosines
    self.sines = dtype == .bf16 ? sines.map(\.roundedToBFloat16) : sines
  }
}

extension Float {
  /// The nearest bfloat16, ties to even.
  fileprivate var roundedToBFloat16: Float {
    let bits = bitPattern
    return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
  }
}
