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

  private init(
    dimensionCount: Int, direction: Direction, cosines: [Float], sines: [Float]
  ) {
    self.dimensionCount = dimensionCount
    self.direction = direction
    self.cosines = cosines
    self.sines = sines
  }

  /// The table that turns by the same angles the other way.
  package var reversed: RotaryTable {
    RotaryTable(
      dimensionCount: dimensionCount,
      direction: direction == .clockwise ? .counterclockwise : .clockwise, cosines: cosines,
      sines: sines)
  }

  /// The table of `positionCount` positions for angular frequencies given per pair.
  ///
  /// `dtype` is what cosines and sines are rounded to. Angles are formed in `angleDType`, float32
  /// or bfloat16: positions, frequencies and their products are rounded to it before the cosine is
  /// taken, as PyTorch does where the frequencies are a buffer of that type. In bfloat16 positions
  /// above 256 fall together.
  public init(
    frequencies: [Float], positionCount: Int, direction: Direction,
    angleDType: DType = .f32, roundedTo dtype: DType = .f32
  ) {
    dimensionCount = 2 * frequencies.count
    self.direction = direction
    var cosines: [Float] = []
    var sines: [Float] = []
    cosines.reserveCapacity(positionCount * frequencies.count)
    sines.reserveCapacity(positionCount * frequencies.count)
    for position in 0..<positionCount {
      let position = Float(position).rounded(to: angleDType)
      for frequency in frequencies {
        let angle = (position * frequency.rounded(to: angleDType)).rounded(to: angleDType)
        cosines.append(Float(cos(Double(angle))).rounded(to: dtype))
        sines.append(Float(sin(Double(angle))).rounded(to: dtype))
      }
    }
    self.cosines = cosines
    self.sines = sines
  }
}

extension Float {
  /// The nearest bfloat16, ties to even, if that is the type; else itself.
  fileprivate func rounded(to dtype: DType) -> Float {
    guard dtype == .bf16 else { return self }
    let bits = bitPattern
    return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
  }
}
