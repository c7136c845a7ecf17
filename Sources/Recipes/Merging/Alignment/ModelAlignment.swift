public import Checkpoints
public import Diagnostics
public import JSON
public import LanguageModels
internal import Merging
internal import TensorCore
internal import TensorOps

/// A model with its units in an order in which it lies next to another model.
///
/// Both models are held in single precision while orders are sought.
public struct ModelAlignment: Sendable {
  /// Units whose order was sought.
  public struct Group: Sendable {
    /// Where in the model they are.
    public let name: String
    /// What they are.
    public let kind: ModelSymmetry.Kind
    /// How many there are; of heads, those that read key-value heads.
    public let unitCount: Int
    /// How many have another place.
    public let movedCount: Int
  }

  /// The groups, in the order of the model.
  public let groups: [Group]
  /// How often all groups were gone through.
  public let sweepCount: Int
  /// The root of the sum of squared differences between the two models' floats, before.
  public let distanceBefore: Double
  /// The same with the units in their new order.
  public let distanceAfter: Double
  /// The model in the new order.
  public let checkpoint: Checkpoint

  /// Aligns a model to a reference; the seed decides in which orders groups are gone through.
  ///
  /// Throws M13 where the two are not of one shape, M14 where no symmetry of the architecture is
  /// known, M15 for tensors that cannot be moved, A01 to A03 where tensors and configurations make
  /// no model, and what reading tensors throws.
  public init(
    of checkpoint: Checkpoint, _ configuration: JSONValue?, to reference: Checkpoint,
    _ referenceConfiguration: JSONValue?, seed: UInt64 = 0
  ) throws(Rejection) {
    let model = try PermutableModel(checkpoint, configuration)
    let other = try PermutableModel(reference, referenceConfiguration)
    try model.requireShapes(of: other)
    try model.requireMovable()
    let matching = WeightMatching(model.groups, try model.matrices(with: other))
    let outcome = matching.run(seed: seed)
    groups = zip(model.symmetries, outcome.orders).map { symmetry, order in
      Group(
        name: symmetry.name, kind: symmetry.kind,
        unitCount: symmetry.unitCount * symmetry.subunitCount, movedCount: order.movedCount)
    }
    sweepCount = outcome.sweepCount
    distanceBefore = model.distance(to: other, model.groups.map(\.identity))
    distanceAfter = model.distance(to: other, outcome.orders)
    self.checkpoint = model.rearranged(outcome.orders)
  }
}

extension PermutableModel {
  /// Throws M13 where another model has other tensors or symmetries.
  fileprivate func requireShapes(of other: PermutableModel) throws(Rejection) {
    for name in Set(tensors.keys).union(other.tensors.keys).sorted() {
      let (own, others) = (tensors[name]?.shape, other.tensors[name]?.shape)
      guard own != others else { continue }
      // A head that shares the embedding's elements may be left out of a file.
      let names = own == nil ? other.shared(name) : shared(name)
      let known = own == nil ? tensors : other.tensors
      guard own != nil && others != nil || !names.contains(where: { known[$0] != nil }) else {
        continue
      }
      throw Rejection(
        AlignmentRules.shapes,
        "\(name) is \(own?.description ?? "not there"), and in the reference "
          + (others?.description ?? "not there"), at: checkpoint.place)
    }
    let common = Set(tensors.keys).intersection(other.tensors.keys)
    let areAlike = symmetries.elementsEqual(other.symmetries) { own, others in
      own.restricted(to: common) == others.restricted(to: common)
    }
    guard !areAlike else { return }
    throw Rejection(
      AlignmentRules.shapes, "the configurations tell of different heads or layers",
      at: checkpoint.place)
  }

  /// The matrices of both models, cut where one group of units ends. Throws M15 for elements that
  /// are not finite.
  fileprivate func matrices(
    with other: PermutableModel
  ) throws(Rejection) -> [AlignmentMatrix] {
    var matrices: [AlignmentMatrix] = []
    for name in commonNames(with: other) {
      guard let rearrangement = rearrangements[name] else { continue }
      let (own, others) = (try floats(name), try other.floats(name))
      for region in rearrangement.regions {
        for rows in region.rows {
          for columns in region.columns where rows.axis != nil || columns.axis != nil {
            matrices.append(
              AlignmentMatrix(
                rowCount: rows.range.count, columnCount: columns.range.count, rows: rows.axis,
                columns: columns.axis, model: region.part(rows.range, columns.range, of: own),
                reference: region.part(rows.range, columns.range, of: others)))
          }
        }
      }
    }
    return matrices
  }

  private func floats(_ name: String) throws(Rejection) -> [Float] {
    let floats = tensors[name]?.floats ?? []
    guard floats.allSatisfy(\.isFinite) else {
      throw Rejection(
        AlignmentRules.immovable, "it has an element that is no finite number",
        at: checkpoint.place(of: name))
    }
    return floats
  }

  /// The root of the sum of squared differences to another model with the units in an order.
  fileprivate func distance(to other: PermutableModel, _ orders: [UnitOrder]) -> Double {
    var sum = 0.0
    for name in commonNames(with: other) {
      guard let own = tensors[name]?.floats, let others = other.tensors[name]?.floats else {
        continue
      }
      var moved = own
      rearrangements[name]?.forEachRow(in: orders) { target, source, columns in
        for (place, column) in columns.enumerated() {
          moved[target + place] = own[source + column]
        }
      }
      for (one, another) in zip(moved, others) {
        let difference = Double(one) - Double(another)
        sum += difference * difference
      }
    }
    return sum.squareRoot()
  }
}

extension Rearrangement.Region {
  /// Some rows and columns, row by row.
  fileprivate func part(
    _ rows: Range<Int>, _ columns: Range<Int>, of elements: [Float]
  ) -> [Float] {
    rows.flatMap { row in
      let start = offset + row * columnCount
      return elements[(start + columns.lowerBound)..<(start + columns.upperBound)]
    }
  }
}
