/// Signed gradient descent on how weights are rounded (Cheng et al. 2023, "Optimize Weight Rounding
/// via Signed Gradient Descent for the Quantization of LLMs").
///
/// The code of a weight w is w / s + V to the nearest integer, with V in [−½, ½] for each weight;
/// the grid of a group reaches from β · min w to α · max w, with α and β in [0, 1]. In derivatives
/// rounding counts as the identity (straight-through estimator), and what is cut off as a constant.
/// Each step moves every number by the learning rate against the sign of its derivative; the rate
/// falls linearly to 0. The first iterate, V = 0 and α = β = 1, is rounding to nearest.
struct RoundingDescent {
  /// How far it goes.
  struct Schedule: Sendable {
    let iterations: Int
    /// Of the first step.
    let learningRate: Double
    /// Whether the ends of the grids are learned too.
    let learnsClipping: Bool
  }

  /// Codes, and the grid of each group: the best that was found.
  private(set) var best: (codes: [Int8], choices: [EvenGrid.Choice])
  private var bestLosses: [Double] = []

  private let elements: [Float]
  private let rows: Int
  private let groups: ElementGroups
  private let grid: EvenGrid
  private let step: Double
  /// The least and the greatest element of each group, and zero.
  private let ranges: [(low: Double, high: Double)]

  private var offsets: [Float]
  private var clippings: [GridEnds]
  private var codes: [Int8]
  private var quantized: [Float]
  private var choices: [EvenGrid.Choice]

  /// Begins at rounding to nearest. Elements fill `rows` rows, which `groups` cuts; `step`
  /// multiplies scales.
  init(_ elements: [Float], rows: Int, groups: ElementGroups, grid: EvenGrid, step: Double) {
    self.elements = elements
    self.rows = rows
    self.groups = groups
    self.grid = grid
    self.step = step
    ranges = (0..<groups.count).map { group in
      elements[groups.range(group)].reduce((0.0, 0.0)) { range, element in
        (min(range.0, Double(element)), max(range.1, Double(element)))
      }
    }
    offsets = [Float](repeating: 0, count: elements.count)
    clippings = [GridEnds](repeating: GridEnds(), count: groups.count)
    codes = [Int8](repeating: 0, count: elements.count)
    quantized = [Float](repeating: 0, count: elements.count)
    choices = [EvenGrid.Choice](repeating: EvenGrid.Choice(scale: 0, zero: 0), count: groups.count)
    best = (codes, choices)
  }

  /// Descends, and keeps the iterate with the least loss: of each row its own, where the objective
  /// gives losses of rows.
  mutating func run(_ schedule: Schedule, _ objective: some RoundingObjective) {
    for iteration in 0...schedule.iterations {
      quantize()
      let loss = objective.evaluate(quantized)
      keep(loss.losses)
      // Nothing is left to gain, as where nothing is ever read from the weights.
      guard iteration < schedule.iterations, loss.losses.contains(where: { $0 != 0 }) else {
        return
      }
      let rest = 1 - Double(iteration) / Double(schedule.iterations)
      descend(loss.gradient, by: schedule.learningRate * rest, schedule.learnsClipping)
    }
  }

  private mutating func quantize() {
    for group in 0..<groups.count {
      let (range, clipping) = (ranges[group], clippings[group])
      let choice = grid.choice(
        from: range.low * clipping.low, to: range.high * clipping.high, step: step)
      choices[group] = choice
      let (levels, scale) = (GridLevels(grid, choice), choice.scale)
      for place in groups.range(group) {
        // A scale of 0 stands for zeros, whatever the code.
        let level = scale > 0 ? levels.nearest(elements[place] / scale, offsets[place]).level : 0
        quantized[place] = level * scale
        codes[place] = levels.code(level)
      }
    }
  }

  private mutating func keep(_ losses: [Double]) {
    guard !bestLosses.isEmpty else {
      bestLosses = losses
      best = (codes, choices)
      return
    }
    let share = rows / max(losses.count, 1)
    for (part, loss) in losses.enumerated() where loss < bestLosses[part] {
      bestLosses[part] = loss
      let lines = (part * share)..<((part + 1) * share)
      let places = (lines.lowerBound * groups.columns)..<(lines.upperBound * groups.columns)
      let parts = (lines.lowerBound * groups.perRow)..<(lines.upperBound * groups.perRow)
      best.codes.replaceSubrange(places, with: codes[places])
      best.choices.replaceSubrange(parts, with: choices[parts])
    }
  }

  private mutating func descend(_ gradient: [Float], by rate: Double, _ learnsClipping: Bool) {
    let move = Float(rate)
    for group in 0..<groups.count where choices[group].scale > 0 {
      let (choice, range) = (choices[group], ranges[group])
      let (levels, scale) = (GridLevels(grid, choice), choice.scale)
      // Where a weight is cut off, an affine grid's zero point moves it with the lower end.
      let lowerEnd =
        grid.hasZeroPoints ? range.low * clippings[group].low / Double(scale) : 0
      var (byScale, byLowerEnd) = (0.0, 0.0)
      for place in groups.range(group) {
        let (slope, ratio) = (gradient[place], elements[place] / scale)
        let (level, isInside) = levels.nearest(ratio, offsets[place])
        if isInside {
          byScale += Double(slope) * (Double(level) - Double(ratio))
          let moved = offsets[place] - (slope > 0 ? move : slope < 0 ? -move : 0)
          offsets[place] = max(-0.5, min(0.5, moved))
        } else {
          byScale += Double(slope) * (Double(level) - lowerEnd)
          byLowerEnd += Double(slope)
        }
      }
      if learnsClipping { clippings[group].move(grid, range, step, byScale, byLowerEnd, by: rate) }
    }
  }
}

/// What the ends of a group's grid are multiplied by: β and α.
private struct GridEnds {
  private(set) var low = 1.0
  private(set) var high = 1.0

  /// Moves the ends against the loss's derivatives by them, which follow from those by the scale
  /// and, through the zero point, by the lower end.
  mutating func move(
    _ grid: EvenGrid, _ range: (low: Double, high: Double), _ step: Double, _ byScale: Double,
    _ byLowerEnd: Double, by rate: Double
  ) {
    func moved(_ number: Double, _ slope: Double) -> Double {
      max(0, min(1, number - (slope > 0 ? rate : slope < 0 ? -rate : 0)))
    }
    guard grid.hasZeroPoints else {
      // Only the farther end tells the scale.
      if high * range.high >= low * -range.low {
        high = moved(high, byScale * range.high)
      } else {
        low = moved(low, byScale * -range.low)
      }
      return
    }
    let perScale = step / Double(grid.codes.greatest - grid.codes.least)
    high = moved(high, byScale * perScale * range.high)
    low = moved(low, (byLowerEnd - byScale * perScale) * range.low)
  }
}

/// The levels of a grid, in units of its scale: codes less the zero point.
private struct GridLevels {
  private let least: Float
  private let greatest: Float
  private let zero: Float
  /// Codes of a bit without a zero point are −1 and 1, two apart.
  private let isSign: Bool

  /// Added to a number of less than 2²² and taken away again it leaves the nearest integer.
  private static let shift: Float = 12_582_912
  private static let bound: Float = 2_097_152

  init(_ grid: EvenGrid, _ choice: EvenGrid.Choice) {
    zero = Float(choice.zero)
    least = Float(grid.codes.least) - zero
    greatest = Float(grid.codes.greatest) - zero
    isSign = grid.bits == 1 && !grid.hasZeroPoints
  }

  /// The code of a level.
  func code(_ level: Float) -> Int8 { Int8(level + zero) }

  /// The level nearest to a place that is moved by `offset` distances between levels, ties to
  /// even, and whether it is the nearest of an endless grid too.
  func nearest(_ place: Float, _ offset: Float) -> (level: Float, isInside: Bool) {
    guard !isSign else {
      let moved = place + 2 * offset
      return (moved < 0 ? -1 : 1, abs(moved) <= 2)
    }
    let moved = max(-Self.bound, min(Self.bound, place + offset))
    let nearest = (moved + Self.shift) - Self.shift
    return (max(least, min(greatest, nearest)), nearest >= least && nearest <= greatest)
  }
}
