import Quantization
import TensorCore
import TensorOps
import TestSupport
import Testing

/// What holds for every method, whatever the weights.
/// A matrix that some method might stumble over.
struct OddMatrix: Sendable {
  let name: String
  let rows: Int
  let columns: Int
  let elements: [Float]

  static let all: [OddMatrix] = [
    .init(name: "zeros", rows: 3, columns: 5, elements: [Float](repeating: 0, count: 15)),
    .init(name: "line", rows: 1, columns: 9, elements: (0..<9).map { Float($0) / 7 - 0.5 }),
    .init(name: "column", rows: 9, columns: 1, elements: (0..<9).map { Float($0) / 7 - 0.5 }),
    .init(name: "one", rows: 1, columns: 1, elements: [-0.3]),
    .init(name: "constant", rows: 4, columns: 6, elements: [Float](repeating: 0.125, count: 24)),
    .init(
      name: "outlier", rows: 2, columns: 8,
      elements: (0..<16).map { $0 == 3 ? -3e38 : Float($0) / 100 }),
    .init(
      name: "outliers", rows: 2, columns: 8,
      elements: (0..<16).map { $0 % 2 == 0 ? 3e38 : -3e38 }),
    .init(
      name: "subnormal", rows: 2, columns: 8,
      elements: (0..<16).map { Float(bitPattern: UInt32($0)) }),
    .init(name: "tiny", rows: 2, columns: 8, elements: (0..<16).map { Float($0 - 8) * 1e-12 }),
    .init(name: "no rows", rows: 0, columns: 4, elements: []),
    .init(name: "no columns", rows: 4, columns: 0, elements: []),
  ]

  /// The weight, with inputs of which some channels are never used.
  func weight() throws -> Weight {
    var moments = Matrix(zerosOf: columns, columns)
    for channel in 0..<columns { moments[channel, channel] = Double(channel % 3) }
    return try Weight(
      name: name, rows: rows, columns: columns, elements: elements,
      input: InputStatistics(secondMoment: moments, rowCount: 7))
  }
}

struct AnyMethodTests {
  static let methods = QuantizationMethods.all.map { $0.id }

  /// The names of the matrices that a method turns into something else than finite numbers.
  private func failures(of id: String) throws -> [String] {
    let type = try #require(QuantizationMethods.all.first { $0.id == id })
    let method = try MethodFixture.make(type, [])
    return try OddMatrix.all.filter { matrix in
      let decoded = try method.quantize(try matrix.weight(), step: 1).decoded()
      let numbers = (decoded.elementBytes ?? []).withUnsafeBytes {
        Array($0.bindMemory(to: Float.self))
      }
      return numbers.count != matrix.elements.count || !numbers.allSatisfy(\.isFinite)
    }.map(\.name)
  }

  // Feedback has tests of its own, and no columns or rows to feed back to in some of these.
  @Test(arguments: methods.filter { !["trellis", "gptq"].contains($0) })
  func `numbers stay finite`(id: String) throws {
    let failures = try failures(of: id)
    #expect(failures == [])
  }

  @Test(arguments: methods)
  func `ids, summaries and options are documented`(id: String) throws {
    let type = try #require(QuantizationMethods.all.first { $0.id == id })
    #expect(!type.summary.isEmpty)
    #expect(type.options.allSatisfy { !$0.key.isEmpty && !$0.meaning.isEmpty })
    #expect(QuantizationMethods.all.filter { $0.id == id }.count == 1)
  }
}
