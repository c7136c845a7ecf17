/// Which of two sets of points a code stands for, decided by the codes before it: the state machine
/// of trellis-coded quantization.
///
/// The codes are the systematic convolutional codes of rate 1/2 for amplitudes of Ungerboeck,
/// *Channel coding with multilevel/phase signals* (1982, Table I), used for quantization as in
/// Marcellin and Fischer, *Trellis coded quantization of memoryless and Gauss–Markov sources*
/// (1990). A state's lowest bit is the superset z, and code q stands for the point 2q + z.
public struct Trellis: Sendable, Hashable {
  /// The numbers of states for which there is a trellis.
  public static let supportedStates = parityChecks.map(\.states)

  /// Ungerboeck's parity-check polynomials, in octal as he prints them.
  private static let parityChecks: [(states: Int, h0: UInt16, h1: UInt16)] = [
    (4, 0o5, 0o2), (8, 0o13, 0o4), (16, 0o23, 0o4), (32, 0o45, 0o10), (64, 0o103, 0o24),
    (128, 0o235, 0o126), (256, 0o515, 0o362),
  ]

  /// The number of states; a state is less than that.
  public let states: Int
  /// The bits of a state that an odd code flips: h1 / 2.
  public let codeTaps: UInt8
  /// The bits of a state that the superset flips where it is 1: h0 / 2.
  public let supersetTaps: UInt8

  /// The trellis of that many states, or nil where there is none.
  public init?(states: Int) {
    guard let checks = Self.parityChecks.first(where: { $0.states == states }) else { return nil }
    self.states = states
    codeTaps = UInt8(truncatingIfNeeded: checks.h1 >> 1)
    supersetTaps = UInt8(truncatingIfNeeded: checks.h0 >> 1)
  }

  /// The superset z of a state, 0 or 1.
  @inlinable
  public static func superset(of state: UInt8) -> UInt8 { state & 1 }

  /// The state after `code` was read in `state`. The first state is 0.
  @inlinable
  public func next(_ state: UInt8, code: Int) -> UInt8 {
    next(state, parity: UInt8(truncatingIfNeeded: code & 1))
  }

  /// The state after a code of which the lowest bit is `parity`, 0 or 1; without a branch or a
  /// table, so that loops over columns become vector instructions.
  @inlinable
  public func next(_ state: UInt8, parity: UInt8) -> UInt8 {
    state &>> 1 ^ (0 &- parity) & codeTaps ^ (0 &- (state & 1)) & supersetTaps
  }

  /// Moves the state of each column on by its code in the next row.
  @inlinable
  public func advance<Code: FixedWidthInteger>(
    _ states: UnsafeMutablePointer<UInt8>, by codes: UnsafePointer<Code>, count: Int
  ) {
    for column in 0..<count {
      states[column] = next(
        states[column], parity: UInt8(truncatingIfNeeded: codes[column]) & 1)
    }
  }
}
