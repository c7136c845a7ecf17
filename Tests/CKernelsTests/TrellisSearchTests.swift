import CKernels
import TestSupport
import Testing

struct TrellisSearchTests {
  /// A trellis by its parity checks over 2, as `Trellis` has it.
  struct Code: CustomTestStringConvertible {
    let states: UInt32
    let codeTaps: UInt32
    let supersetTaps: UInt32
    var testDescription: String { "\(states) states" }

    static let all = [
      Code(states: 4, codeTaps: 1, supersetTaps: 2),
      Code(states: 8, codeTaps: 2, supersetTaps: 5),
      Code(states: 16, codeTaps: 2, supersetTaps: 0o11),
      Code(states: 32, codeTaps: 4, supersetTaps: 0o22),
      Code(states: 64, codeTaps: 0o12, supersetTaps: 0o41),
      Code(states: 128, codeTaps: 0o53, supersetTaps: 0o116),
      Code(states: 256, codeTaps: 0o171, supersetTaps: 0o246),
    ]

    func next(_ state: UInt32, _ point: Int) -> UInt32 {
      let isOdd = point >> 1 & 1 == 1
      return state >> 1 ^ (isOdd ? codeTaps : 0) ^ (state & 1 == 1 ? supersetTaps : 0)
    }
  }

  private func search(
    _ isa: String, _ code: Code, _ x: [Float], rate: [Float]? = nil, reach: Int32 = 40
  ) -> (points: [Int16], cost: Double) {
    var points = [Int16](repeating: 0, count: x.count)
    var workspace = [UInt8](repeating: 0, count: x.count * (8 + max(Int(code.states) / 8, 1)))
    var cost = 0.0
    func run(_ rate: UnsafePointer<Float>?) {
      var search = birdie_trellis_search(
        states: code.states, code_taps: code.codeTaps, superset_taps: code.supersetTaps,
        least: -reach, greatest: reach, rate: rate)
      cost = kernels(isa).trellis_search(&points, x, x.count, &search, &workspace)
    }
    if let rate { rate.withUnsafeBufferPointer { run($0.baseAddress) } } else { run(nil) }
    return (points, cost)
  }

  /// The least cost of all ways through the trellis, by trying them.
  private func leastCost(
    _ code: Code, _ x: ArraySlice<Float>, _ rate: [Float], reach: Int, state: UInt32 = 0
  ) -> Double {
    guard let number = x.first else { return 0 }
    let near = Int(number.rounded())
    let points = (max(-reach, near - 9)...min(reach, near + 9)).filter {
      $0 & 1 == Int(state & 1)
    }
    return points.map { point in
      let distance = Double(number) - Double(point)
      return distance * distance + Double(rate[point + reach])
        + leastCost(code, x.dropFirst(), rate, reach: reach, state: code.next(state, point))
    }.min() ?? .infinity
  }

  @Test(arguments: Code.all, [false, true])
  func `no way through the trellis costs less`(code: Code, hasRates: Bool) {
    var random = SplitMix(state: UInt64(code.states))
    for count in 1...4 {
      let x = (0..<count).map { _ in Float(random.normal() * 6) }
      let rate = (-40...40).map { hasRates ? Float($0 * $0) * 0.01 : 0 }
      let found = search("portable", code, x, rate: hasRates ? rate : nil)
      let least = leastCost(code, x[...], rate, reach: 40)
      #expect(abs(found.cost - least) < 1e-4 * max(least, 1))
      var state: UInt32 = 0
      var cost = 0.0
      for (number, point) in zip(x, found.points) {
        #expect(UInt32(truncatingIfNeeded: point & 1) == state & 1)
        state = code.next(state, Int(point))
        let distance = Double(number) - Double(point)
        cost += distance * distance + Double(rate[Int(point) + 40])
      }
      #expect(abs(cost - least) < 1e-4 * max(least, 1))
    }
  }

  @Test(arguments: fasterInstructionSets, Code.all)
  func `every instruction set chooses the same`(isa: String, code: Code) {
    var random = SplitMix(state: 5)
    let x = (0..<999).map { _ in Float(random.normal() * 20) }
    let rate = (-40...40).map { Float($0 * $0) * 0.003 }
    let expected = search("portable", code, x, rate: rate)
    let found = search(isa, code, x, rate: rate)
    #expect(found.points == expected.points)
    #expect(found.cost == expected.cost)
  }

  @Test(arguments: instructionSets)
  func `numbers beyond the points go to the outermost ones`(isa: String) {
    let code = Code.all[1]
    let found = search(isa, code, [1e30, -1e30, .greatestFiniteMagnitude, 0], reach: 7)
    #expect(found.points[..<3].allSatisfy { abs($0) >= 4 && abs($0) <= 7 })
    #expect(search(isa, code, []).points.isEmpty)
  }
}
