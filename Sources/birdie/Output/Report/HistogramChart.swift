import Pages
import Recipes

/// How one tensor's weights are spread, and how many went to each point of the grid.
struct HistogramChart {
  let histogram: WeightHistogram
  let shape: String

  private static let frame = Frame(x: 8, y: 8, width: 404, height: 150)
  private static let (width, height) = (420.0, 182.0)
  /// More stems than this run together: a line through their ends is clearer.
  private static let mostStems = 64

  var markup: Markup {
    Tag.figure {
      Tag.h3 { histogram.tensor }
      drawing
      Tag.figcaption { caption }
    }
  }

  private var caption: String {
    let unit = histogram.unit == .steps ? "steps of the grid" : "the weights' own unit"
    let points = histogram.points.isEmpty ? "" : " on \(histogram.points.count) points"
    return "\(shape), \(Quantity.elements(histogram.sampleCount)) weights\(points), in \(unit)"
  }

  private var binWidth: Double {
    (histogram.range.upperBound - histogram.range.lowerBound)
      / Double(max(histogram.counts.count, 1))
  }

  /// The distance of two points.
  private var spacing: Double {
    let places = histogram.points.map(\.position)
    return zip(places.dropFirst(), places).map { $0 - $1 }.min() ?? 1
  }

  private var drawing: Markup {
    let frame = Self.frame
    let x = Axis(exactly: histogram.range, from: frame.x, to: frame.x + frame.width)
    let bars = histogram.counts.map { Double($0) / binWidth }
    let stems = histogram.points.map { (place: $0.position, height: Double($0.count) / spacing) }
    let highest = max(bars.max() ?? 1, stems.map(\.height).max() ?? 0)
    let y = Axis(exactly: 0...(highest * 1.04), from: frame.y + frame.height, to: frame.y)
    return Tag.svg(
      .viewBox(width: Self.width, height: Self.height), .role("img"),
      .label("Histogram of the weights of \(histogram.tensor), with the points of the grid")
    ) {
      Tag.path(.class("bar"), .path(outline(bars, x, y), isClosed: true))
      if stems.count > Self.mostStems {
        Tag.path(
          .class("outline"), .path(stems.map { (x.position($0.place), y.position($0.height)) }))
      } else {
        for stem in stems { Self.draw(stem, x, y) }
      }
      Tag.line(
        [.class("axis")]
          + Attribute.from(
            frame.x, frame.y + frame.height, to: frame.x + frame.width, frame.y + frame.height))
      ChartParts.numbersBelow(x, in: frame, ticks(x), Quantity.measured)
    }
  }

  /// Steps are counted in whole numbers.
  private func ticks(_ x: Axis) -> [Double] {
    x.ticks(about: 6).filter { histogram.unit == .values || $0 == $0.rounded() }
  }

  /// The bars as one line around them.
  private func outline(_ bars: [Double], _ x: Axis, _ y: Axis) -> [(x: Double, y: Double)] {
    var points = [(x: x.position(histogram.range.lowerBound), y: y.position(0))]
    for (index, bar) in bars.enumerated() {
      let left = histogram.range.lowerBound + Double(index) * binWidth
      points.append((x.position(left), y.position(bar)))
      points.append((x.position(left + binWidth), y.position(bar)))
    }
    return points + [(x.position(histogram.range.upperBound), y.position(0))]
  }

  private static func draw(
    _ stem: (place: Double, height: Double), _ x: Axis, _ y: Axis
  ) -> [Markup] {
    let (place, top) = (x.position(stem.place), y.position(stem.height))
    return [
      Tag.line([.class("stem")] + Attribute.from(place, y.position(0), to: place, top)),
      Tag.circle([.class("knob")] + Attribute.circle(place, top, radius: 2.5)),
    ]
  }
}
