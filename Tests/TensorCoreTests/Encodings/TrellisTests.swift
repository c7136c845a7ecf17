import TensorCore
import Testing

struct TrellisTests {
  private static let all = Trellis.supportedStates.compactMap(Trellis.init)
  private static let codes = [0, 1, 2, 127, 255, -1, -2, -127, -128, .max, .min]

  @Test(arguments: [Int.min, -4, 0, 1, 2, 3, 5, 12, 512, Int.max])
  func `there is no trellis of other numbers of states`(_ states: Int) {
    #expect(Trellis(states: states) == nil)
  }

  @Test(
    arguments: zip([4, 8, 16, 32, 64, 128, 256], [9, 10, 11, 13, 14, 16, 16]))
  func `two paths that part are as far from each other as Ungerboeck says`(
    _ states: Int, _ squaredDistance: Int
  ) throws {
    let trellis = try #require(Trellis(states: states))
    #expect(trellis.squaredFreeDistance == squaredDistance)
  }

  @Test(arguments: all)
  func `two branches lead into every state`(
    _ trellis: Trellis
  ) {
    let arrivals = trellis.branches.map { trellis.next($0.state, code: $0.code) }
    #expect(Set(arrivals).count == trellis.states)
    #expect(arrivals.allSatisfy { Int($0) < trellis.states })
    #expect(Dictionary(grouping: arrivals) { $0 }.values.allSatisfy { $0.count == 2 })
  }

  @Test(arguments: all)
  func `a code moves a state as its lowest bit does`(_ trellis: Trellis) {
    for state in UInt8.min...UInt8(trellis.states - 1) {
      #expect(
        Self.codes.allSatisfy {
          trellis.next(state, code: $0)
            == trellis.next(state, parity: $0.isMultiple(of: 2) ? 0 : 1)
        })
    }
  }

  @Test(arguments: all)
  func `a row of codes moves every column as a code does`(_ trellis: Trellis) {
    let codes = (0..<300).map { Int16(truncatingIfNeeded: $0 &* 7919) }
    let before = codes.indices.map { UInt8($0 % trellis.states) }
    var states = before
    states.withUnsafeMutableBufferPointer { states in
      guard let base = states.baseAddress else { return }
      trellis.advance(base, by: codes, count: codes.count)
    }
    #expect(states == zip(before, codes).map { trellis.next($0, code: Int($1)) })
  }
}

extension Trellis {
  /// An even and an odd code in every state.
  fileprivate var branches: [(state: UInt8, code: Int)] {
    (0..<states).flatMap { state in [(UInt8(state), 0), (UInt8(state), 1)] }
  }

  /// The least sum of squares between the points of two paths that part in one state and meet in
  /// another, or that differ in one code of the same parity: 4² = 16.
  ///
  /// The code is linear, so one of the paths may be that of zeros. Points whose difference is odd
  /// are 1 apart, codes of other parity 2.
  fileprivate var squaredFreeDistance: Int {
    var least = [UInt8: Int]()
    var open: Set<UInt8> = [next(0, code: 1)]
    least[next(0, code: 1)] = 4
    while let state = open.popFirst(), let distance = least[state] {
      for code in [0, 1] where state != 0 {
        let step = Trellis.superset(of: state) == 1 ? 1 : 4 * code
        let target = next(state, code: code)
        guard distance + step < least[target] ?? .max else { continue }
        least[target] = distance + step
        open.insert(target)
      }
    }
    return min(least[0] ?? .max, 16)
  }
}
