/// An order of units, and of the subunits inside them.
public struct UnitOrder: Sendable, Equatable {
  /// Which unit stands at each place.
  public let units: [Int]
  /// Which subunit stands at each place, of those of all units one behind the other.
  public let subunits: [Int]

  /// An order. Subunits stay with their units.
  public init(units: [Int], subunits: [Int]) {
    precondition(
      units.isEmpty || subunits.count % units.count == 0, "all units have as many subunits")
    (self.units, self.subunits) = (units, subunits)
  }

  /// The order of units of which each has so many subunits, all where they are.
  public init(identityOf unitCount: Int, subunitCount: Int = 1) {
    self.init(units: Array(0..<unitCount), subunits: Array(0..<(unitCount * subunitCount)))
  }

  /// How many of the smallest units have another place.
  public var movedCount: Int { subunits.indices.count { subunits[$0] != $0 } }
}

/// One of the groups whose order is sought.
public struct AlignmentGroup: Sendable, Equatable {
  /// How many units there are.
  public let unitCount: Int
  /// How many subunits each has.
  public let subunitCount: Int

  /// A group of units.
  public init(unitCount: Int, subunitCount: Int = 1) {
    (self.unitCount, self.subunitCount) = (unitCount, subunitCount)
  }

  /// All units where they are.
  public var identity: UnitOrder { UnitOrder(identityOf: unitCount, subunitCount: subunitCount) }
}

/// What goes along an axis of a matrix: blocks of so many indices for each unit of a group.
public struct AlignmentAxis: Sendable, Equatable {
  /// Which of a unit's parts the blocks are of.
  public enum Level: Sendable {
    /// The whole unit.
    case units
    /// Its subunits.
    case subunits
  }

  /// The number of the group.
  public let group: Int
  /// What each block is of.
  public let level: Level
  /// The indices of a block.
  public let width: Int

  /// Blocks of a group.
  public init(group: Int, level: Level, width: Int) {
    (self.group, self.level, self.width) = (group, level, width)
  }

  /// Which index stands at each place of the axis in an order.
  public func indices(in order: UnitOrder) -> [Int] {
    let blocks = level == .units ? order.units : order.subunits
    guard width > 1 else { return blocks }
    return blocks.flatMap { ($0 * width)..<(($0 + 1) * width) }
  }
}

/// A matrix that two models have, at least one axis of which is of a group.
public struct AlignmentMatrix: Sendable {
  /// How many rows.
  public let rowCount: Int
  /// How many columns.
  public let columnCount: Int
  /// What the rows are of; nil where they stay.
  public let rows: AlignmentAxis?
  /// What the columns are of; nil where they stay.
  public let columns: AlignmentAxis?
  /// The elements of the model to be aligned, row by row.
  let model: [Float]
  /// The elements of the model that it is aligned to.
  let reference: [Float]

  /// A matrix of two models. Its axes are of different groups.
  public init(
    rowCount: Int, columnCount: Int, rows: AlignmentAxis?, columns: AlignmentAxis?,
    model: [Float], reference: [Float]
  ) {
    precondition(
      model.count == rowCount * columnCount && reference.count == model.count,
      "elements fill their matrix")
    precondition(
      rows == nil || rows?.group != columns?.group, "two axes of one group would move together")
    (self.rowCount, self.columnCount) = (rowCount, columnCount)
    (self.rows, self.columns) = (rows, columns)
    (self.model, self.reference) = (model, reference)
  }
}
