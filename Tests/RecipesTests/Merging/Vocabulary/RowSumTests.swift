import JSON
import TestSupport
import Testing

@testable import Recipes

/// Sums over rows against torch's, bit for bit.
struct RowSumTests {
  private static let cases =
    (try? JSONValue(parsing: Fixtures.bytes("merging/tokenizers/sums.json")))?.elements ?? []

  @Test func `there are cases`() { #expect(Self.cases.count == 6) }

  @Test(arguments: cases.indices)
  func `rows are added in torch's order`(place: Int) throws {
    let golden = Self.cases[place]
    let (rows, width) = (golden["rows"]?.integer ?? 0, golden["width"]?.integer ?? 0)
    let bits = golden["bits"]?.elements?.compactMap { $0.string.flatMap { UInt64($0, radix: 16) } }
    if golden["dtype"] == "float64" {
      let own = sum(Double.self, rows, width).map(\.bitPattern)
      #expect(own == bits)
    } else {
      let own = sum(Float.self, rows, width).map { UInt64($0.bitPattern) }
      #expect(own == bits)
    }
  }

  private func sum<Real: BinaryFloatingPoint>(
    _: Real.Type, _ rows: Int, _ width: Int
  ) -> [Real] {
    var sum = RowSum<Real>(count: rows, width: width)
    for row in 0..<rows {
      let values = (0..<width).map { column in
        Real(Double((row * 7919 + column * 104_729) % 10007) / 10007 - 0.5)
      }
      sum.add(values[...])
    }
    return sum.total()
  }
}
