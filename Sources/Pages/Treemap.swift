/// A rectangle of a drawing; y grows downwards.
public struct Frame: Sendable, Equatable {
  /// The left edge.
  public var x: Double
  /// The upper edge.
  public var y: Double
  /// How wide it is.
  public var width: Double
  /// How high it is.
  public var height: Double

  /// A rectangle.
  public init(x: Double, y: Double, width: Double, height: Double) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }

  /// Width times height.
  public var area: Double { width * height }
}

/// Divides a rectangle by weights into rectangles that are as square as can be.
///
/// Bruls, Huizing and van Wijk 2000: rows are laid along the shorter side for as long as the worst
/// ratio of sides does not grow.
public enum Treemap {
  /// A frame for each weight, of areas in their proportion; empty ones where a weight is not above
  /// 0. Frames are as square as the order of weights allows: the largest first is best.
  public static func frames(of weights: [Double], in frame: Frame) -> [Frame] {
    let corner = Frame(x: frame.x, y: frame.y, width: 0, height: 0)
    var frames = [Frame](repeating: corner, count: weights.count)
    let total = weights.reduce(0) { $0 + max($1, 0) }
    guard total > 0, frame.area > 0 else { return frames }
    let order = weights.indices.filter { weights[$0] > 0 }
    let areas = order.map { weights[$0] / total * frame.area }
    var (start, rest) = (0, frame)
    while start < areas.count {
      let end = rowEnd(areas, from: start, along: min(rest.width, rest.height))
      let row = place(areas[start..<end], in: &rest)
      for (offset, placed) in row.enumerated() { frames[order[start + offset]] = placed }
      start = end
    }
    return frames
  }

  private static func rowEnd(_ areas: [Double], from start: Int, along side: Double) -> Int {
    var end = start + 1
    var sum = areas[start]
    var (least, most) = (sum, sum)
    var worst = ratio(sum, least, most, side)
    while end < areas.count {
      let area = areas[end]
      let longer = ratio(sum + area, min(least, area), max(most, area), side)
      guard longer <= worst else { break }
      (sum, least, most, worst) = (sum + area, min(least, area), max(most, area), longer)
      end += 1
    }
    return end
  }

  /// The worst ratio of sides in a row of that area along a side.
  private static func ratio(
    _ sum: Double, _ least: Double, _ most: Double, _ side: Double
  ) -> Double {
    max(side * side * most / (sum * sum), sum * sum / (side * side * least))
  }

  /// Lays a row along the shorter side of what is left, and takes it away from that.
  private static func place(_ areas: ArraySlice<Double>, in rest: inout Frame) -> [Frame] {
    let sum = areas.reduce(0, +)
    var frames: [Frame] = []
    if rest.width >= rest.height {
      let width = min(sum / rest.height, rest.width)
      var y = rest.y
      for area in areas {
        let height = area / sum * rest.height
        frames.append(Frame(x: rest.x, y: y, width: width, height: height))
        y += height
      }
      rest.x += width
      rest.width -= width
    } else {
      let height = min(sum / rest.width, rest.height)
      var x = rest.x
      for area in areas {
        let width = area / sum * rest.width
        frames.append(Frame(x: x, y: rest.y, width: width, height: height))
        x += width
      }
      rest.y += height
      rest.height -= height
    }
    return frames
  }
}
