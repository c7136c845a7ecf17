import Checkpoints
import TensorCore
import TensorOps
import TestSupport
import Testing

/// Orders and quantiles beside PyTorch's, bit for bit.
@Suite struct GoldenSelectionTests {
  private let golden: [String: Tensor]

  init() throws {
    let checkpoint = try Checkpoint.open(Fixtures.path("tensors/selection.safetensors"))
    var tensors: [String: Tensor] = [:]
    for named in checkpoint.tensors {
      guard case .dense(let tensor) = named.content else { continue }
      tensors[named.name] = tensor
    }
    golden = tensors
  }

  private func indices(_ name: String) throws -> [Int] {
    let storage = try #require(golden[name]?.contiguousStorage)
    let bytes = storage.bytes
    return bytes.withUnsafeBytes { $0.bindMemory(to: Int64.self).map(Int.init) }
  }

  private func bits(_ tensor: Tensor?) -> [UInt32] { (tensor?.floats ?? []).map(\.bitPattern) }

  @Test(arguments: 0..<5)
  func `rows are sorted as PyTorch's stable sort sorts them`(place: Int) throws {
    let rows = try #require(golden["rows.\(place)"])
    let sorted = rows.sortedRows()
    #expect(bits(sorted.values) == bits(golden["sort.\(place)"]))
    #expect(try sorted.indices == indices("argsort.\(place)"))
  }

  @Test(arguments: 0..<5)
  func `the largest elements are PyTorch's`(place: Int) throws {
    let rows = try #require(golden["rows.\(place)"])
    let largest = rows.largest(5)
    #expect(largest.values.floats == golden["top.\(place)"]?.floats)
    // The indices are those of a stable descending order, which PyTorch leaves open.
    let width = rows.shape[1]
    let order = rows.sortedRows(descending: true).indices
    let expected = (0..<rows.shape[0]).flatMap { order[($0 * width)..<($0 * width + 5)] }
    #expect(largest.indices == expected)
  }

  @Test(arguments: 0..<4)
  func `quantiles are PyTorch's to the last bit`(place: Int) throws {
    let rows = try #require(golden["rows.\(place)"])
    let fractions = try #require(golden["fractions"]).floats
    let quantiles = fractions.flatMap { rows.quantile($0).floats.map(\.bitPattern) }
    #expect(quantiles == bits(golden["quantile.\(place)"]))
  }

  @Test func `NaN is the largest, and makes a quantile NaN`() {
    let rows = Tensor([3, .nan, -1, .infinity, 0, 7, 2, 1], [2, 4])
    let sorted = rows.sortedRows()
    #expect(sorted.indices == [2, 0, 3, 1, 0, 3, 2, 1])
    #expect(rows.largest(2).indices == [1, 3, 1, 2])
    let quantiles = rows.quantile(0.5).floats
    #expect(quantiles[0].isNaN && quantiles[1] == 1.5)
    #expect(rows.largest(0).indices.isEmpty)
  }

  @Test func `selecting agrees with sorting on rows of every shape`() {
    var random = Philox(seed: 3)
    for width in 1..<60 {
      let values = (0..<width).map { _ in Float(random.next() % 9) }
      let rows = Tensor(values, [1, width])
      let sorted = values.sorted(by: >)
      for count in 0...width {
        #expect(rows.largest(count).values.floats == Array(sorted.prefix(count)))
      }
      for place in 0..<width where width > 1 {
        let fraction = Float(place) / Float(width - 1)
        let found = rows.quantile(fraction).floats[0]
        #expect(abs(found - sorted[width - 1 - place]) <= 1e-4)
      }
    }
  }
}
