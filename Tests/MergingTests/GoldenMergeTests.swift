import Diagnostics
import JSON
import TensorCore
import TestSupport
import Testing

@testable import Merging

/// Every method against mergekit 0.1.5, on one thread with torch's AVX2 kernels.
struct GoldenMergeTests {
  /// How near a result has to be.
  enum Nearness {
    /// Bit by bit.
    case equal
    /// The same elements stay, but for those of equal magnitude, and they are the same bit by bit but
    /// for a ratio of sums.
    case selected
    /// As near to a float64 oracle as mergekit's is, or one unit in the last place.
    case near
    /// All but some elements near to a threshold, which float32 sums of other orders decide.
    case mostly
  }

  private static let nearness: [String: Nearness] = [
    "linear": .equal, "task_arithmetic": .equal, "passthrough": .equal, "nearswap": .equal,
    "ram": .equal, "ramplus_tl": .equal, "ties": .selected, "breadcrumbs": .selected,
    "breadcrumbs_ties": .selected, "dare_linear": .selected, "dare_ties": .selected,
    "della": .selected, "della_linear": .selected, "slerp": .near, "nuslerp": .near,
    "multislerp": .near, "karcher": .near, "model_stock": .near, "sce": .near,
    "arcee_fusion": .mostly,
  ]

  @Test func `every method is compared`() {
    let compared = Set(Self.nearness.keys).union(FormulaTests.methods)
    #expect(Set(MergeMethods.all.map(\.id)) == compared)
  }

  @Test(arguments: nearness.keys.sorted())
  func `results are mergekit's`(id: String) throws {
    let golden = try GoldenMerges(id)
    #expect(golden.cases.count { $0.output != nil } >= 30)
    for merge in golden.cases {
      guard let output = merge.output else { continue }
      let result = try merge.result()
      #expect(result.dtype == output.dtype && result.shape == output.shape, "\(merge.name)")
      switch Self.nearness[id] ?? .equal {
      case .equal: expectEqual(merge, result, output)
      case .selected: try expectSelected(merge, result, output)
      case .near: expectNear(merge, result, output)
      case .mostly:
        let count = GoldenMerge.differences(result, output).count
        #expect(count * 500 <= output.shape.elementCount, "\(merge.name): \(count)")
      }
    }
  }

  private func expectEqual(_ merge: GoldenMerge, _ result: Tensor, _ output: Tensor) {
    let differences = GoldenMerge.differences(result, output)
    guard let first = differences.first else { return }
    Issue.record(
      """
      \(merge.name): \(differences.count) differ, at \(first) \(result.doubles[first]) for \
      \(output.doubles[first])
      """)
  }

  private func expectSelected(
    _ merge: GoldenMerge, _ result: Tensor, _ output: Tensor
  ) throws {
    let kept = try merge.kept()
    var isSame = true
    for (place, own) in kept {
      guard let wanted = merge.masks[place] else { continue }
      let sizes = try merge.magnitudes(of: place)
      let strangers = own.indices.filter {
        own[$0] != wanted[$0] && sizes[$0] > 0 && sizes[$0].isFinite
      }
      isSame = isSame && strangers.isEmpty
      let ties = Dictionary(grouping: sizes.indices, by: { sizes[$0] })
      #expect(
        strangers.allSatisfy { (ties[sizes[$0]]?.count ?? 0) > 1 },
        "\(merge.name): input \(place) keeps others")
      if merge.isExactInCount {
        #expect(
          strangers.count { own[$0] } == strangers.count { wanted[$0] },
          "\(merge.name): input \(place) keeps more or fewer")
      }
    }
    guard isSame else { return }
    guard merge.rescales else { return expectEqual(merge, result, output) }
    // The ratio of two sums, which are formed in another order, is one unit of its type off.
    let unit = max(output.unitInTheLastPlace, merge.method.id.hasPrefix("d") ? 0x1p-23 : 0)
    let (own, wanted) = (result.doubles, output.doubles)
    let sizes = try merge.sizes()
    for index in GoldenMerge.differences(result, output) {
      // Weights that nearly cancel divide what is off, too.
      #expect(
        abs(own[index] - wanted[index]) <= 32 * unit * sizes[index],
        "\(merge.name) at \(index): \(own[index]) for \(wanted[index])")
    }
  }

  private func expectNear(_ merge: GoldenMerge, _ result: Tensor, _ output: Tensor) {
    guard let oracle = merge.oracle?.doubles, merge.isDetermined else { return }
    let (own, theirs) = (result.doubles, output.doubles)
    for index in own.indices where oracle[index].isFinite && theirs[index].isFinite {
      // The oracle itself is a float64.
      let scale = output.dtype == .f64 ? merge.largest * 64 : abs(oracle[index])
      let unit = max(scale, output.leastNormal) * output.unitInTheLastPlace
      let limit = max(unit, abs(theirs[index] - oracle[index]), merge.largest * 0x1p-46)
      #expect(
        abs(own[index] - oracle[index]) <= limit,
        "\(merge.name) at \(index): \(own[index]), \(theirs[index]) for \(oracle[index])")
    }
  }
}
