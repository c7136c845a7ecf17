/// Units of a model that may have any order: if all that is theirs goes with them, what the model
/// computes stays as it is, but for rounding.
public struct ModelSymmetry: Sendable, Equatable {
  /// What the units are.
  public enum Kind: String, Sendable, CaseIterable {
    /// Channels of an embedding or of the residual stream.
    case channels
    /// Hidden units of a multilayer perceptron, or channels between two matrices.
    case hiddenUnits = "hidden_units"
    /// Key-value heads, and inside each the heads that read it.
    case heads
  }

  /// Where in the model they are.
  public let name: String
  /// What they are.
  public let kind: Kind
  /// How many there are.
  public let unitCount: Int
  /// How many subunits each has, which follow each other and may have any order inside it; 1 where
  /// the units have no parts.
  public let subunitCount: Int
  /// What goes with the units.
  public let units: [PermutedAxis]
  /// What goes with the subunits.
  public let subunits: [PermutedAxis]

  /// Units without parts.
  init(_ name: String, _ kind: Kind, count: Int, _ axes: [PermutedAxis]) {
    self.init(name, kind, unitCount: count, subunitCount: 1, units: axes, subunits: [])
  }

  private init(
    _ name: String, _ kind: Kind, unitCount: Int, subunitCount: Int, units: [PermutedAxis],
    subunits: [PermutedAxis]
  ) {
    (self.name, self.kind, self.unitCount, self.subunitCount) = (
      name, kind, unitCount, subunitCount
    )
    (self.units, self.subunits) = (units, subunits)
  }

  /// The same with what goes with the units in some tensors alone.
  public func restricted(to tensors: Set<String>) -> ModelSymmetry {
    ModelSymmetry(
      name, kind, unitCount: unitCount, subunitCount: subunitCount,
      units: units.filter { tensors.contains($0.tensor) },
      subunits: subunits.filter { tensors.contains($0.tensor) })
  }
}

/// A block of indices along an axis for each unit, one behind the other.
public struct PermutedAxis: Sendable, Equatable {
  /// The tensor, as the model's file calls it without a prefix that all names have.
  public let tensor: String
  /// Which matrix, of a bank of matrices; nil for the whole tensor.
  public let matrix: Int?
  /// The axis of the matrix or vector.
  public let axis: Int
  /// The first index of the first block.
  public let start: Int
  /// The indices of a block.
  public let width: Int

  /// Blocks of a model's tensor.
  init(_ tensor: String, axis: Int, start: Int = 0, width: Int = 1) {
    self.init(tensor, matrix: nil, axis: axis, start: start, width: width)
  }

  private init(_ tensor: String, matrix: Int?, axis: Int, start: Int, width: Int) {
    (self.tensor, self.matrix, self.axis) = (tensor, matrix, axis)
    (self.start, self.width) = (start, width)
  }

  /// The same blocks where the model's file has them.
  fileprivate func stored(at place: StoredMatrix) -> PermutedAxis {
    PermutedAxis(
      place.tensor, matrix: place.matrix, axis: place.isTransposed ? 1 - axis : axis, start: start,
      width: width)
  }
}

/// Where a file has a tensor of the model.
struct StoredMatrix: Sendable {
  /// What the file calls it, or the bank that it is in.
  let tensor: String
  /// Its number in the bank; nil where it is a tensor by itself.
  var matrix: Int?
  /// Whether the file has its columns as rows.
  var isTransposed = false
}

extension ModelSymmetry {
  /// The symmetry of a freedom about the order of units; nil for others. `extent` gives the length
  /// of an axis of one of the model's tensors.
  init?(_ freedom: ModelFreedom, extent: (_ tensor: String, _ axis: Int) -> Int) {
    switch freedom {
    case .hiddenUnits(let producers, let consumer):
      self.init(
        Self.place(of: consumer), .hiddenUnits, count: extent(consumer, 1),
        producers.map { PermutedAxis($0, axis: 0) } + [PermutedAxis(consumer, axis: 1)])
    case .heads(let queries, let keys, let output, let headCount, let sharing):
      func blocks(_ tensor: String, _ axis: Int, _ count: Int) -> PermutedAxis {
        PermutedAxis(tensor, axis: axis, width: extent(tensor, axis) / count)
      }
      self.init(
        Self.place(of: output), .heads, unitCount: headCount / sharing, subunitCount: sharing,
        units: keys.map { blocks($0, 0, headCount / sharing) },
        subunits: queries.map { blocks($0, 0, headCount) } + [blocks(output, 1, headCount)])
    case .headValues: return nil
    }
  }

  /// `blocks.0.mlp` of `blocks.0.mlp.proj.weight`.
  private static func place(of name: String) -> String {
    name.split(separator: ".").dropLast(2).joined(separator: ".")
  }

  /// The same symmetry of the tensors in the model's file, where two of the model may be one.
  func stored(_ place: (_ tensor: String) -> StoredMatrix) -> ModelSymmetry {
    func stored(_ axes: [PermutedAxis]) -> [PermutedAxis] {
      axes.reduce(into: []) { found, axis in
        let own = axis.stored(at: place(axis.tensor))
        if !found.contains(own) { found.append(own) }
      }
    }
    return ModelSymmetry(
      name, kind, unitCount: unitCount, subunitCount: subunitCount, units: stored(units),
      subunits: stored(subunits))
  }
}
