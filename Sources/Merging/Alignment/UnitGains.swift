internal import TensorOps

/// What it gives to put each unit of a group, and each subunit, at each place.
struct UnitGains {
  private let group: AlignmentGroup
  private var units: Matrix
  private var subunits: Matrix

  init(_ group: AlignmentGroup) {
    self.group = group
    units = Matrix(zerosOf: group.unitCount, group.unitCount)
    // Without parts, a unit is its only subunit.
    let count = group.subunitCount > 1 ? group.unitCount * group.subunitCount : 0
    subunits = Matrix(zerosOf: count, count)
  }

  /// Adds what a matrix gives.
  mutating func add(_ similarities: UnitSimilarities, _ level: AlignmentAxis.Level) {
    if level == .units || group.subunitCount == 1 {
      similarities.add(to: &units)
    } else {
      similarities.add(to: &subunits)
    }
  }

  /// What an order gives.
  func sum(over order: UnitOrder) -> Double {
    let ofUnits = order.units.enumerated().reduce(0) { $0 + units[$1.offset, $1.element] }
    guard group.subunitCount > 1 else { return ofUnits }
    return order.subunits.enumerated().reduce(ofUnits) { $0 + subunits[$1.offset, $1.element] }
  }

  /// The order that gives most.
  func bestOrder() -> UnitOrder {
    guard group.subunitCount > 1 else {
      let order = LinearAssignment.best(units)
      return UnitOrder(units: order, subunits: order)
    }
    let (count, parts) = (group.unitCount, group.subunitCount)
    var sums = units
    var inner: [[Int]] = []
    for place in 0..<count {
      for unit in 0..<count {
        let block = block(place, unit)
        let order = LinearAssignment.best(block)
        inner.append(order)
        sums[place, unit] += order.enumerated().reduce(0) { $0 + block[$1.offset, $1.element] }
      }
    }
    let order = LinearAssignment.best(sums)
    return UnitOrder(
      units: order,
      subunits: order.enumerated().flatMap { place, unit in
        inner[place * count + unit].map { unit * parts + $0 }
      })
  }

  /// The subunits of one unit at the places of another.
  private func block(_ place: Int, _ unit: Int) -> Matrix {
    let parts = group.subunitCount
    var block = Matrix(zerosOf: parts, parts)
    for row in 0..<parts {
      for column in 0..<parts {
        block[row, column] = subunits[place * parts + row, unit * parts + column]
      }
    }
    return block
  }
}
