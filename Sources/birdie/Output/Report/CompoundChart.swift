import Pages
import Recipes

/// The error as it goes through the layers of a model: a line over layers in the order in which
/// they run, and a table.
struct CompoundChart {
  let errors: [CompoundError]

  private static let frame = Frame(x: 70, y: 12, width: 874, height: 200)
  private static let (width, height) = (960.0, 262.0)

  /// Note, chart and table; nothing where nothing was measured.
  var markup: [Markup] {
    guard !errors.isEmpty else { return [] }
    return [
      Tag.p(.class("note")) {
        "The ratio of signal to noise of what each layer reads, on some of the tokens: everything "
          + "that the layers before it lost. The last one is what the head reads."
      },
      Tag.div(.class("scroll"), .focusable, .role("region"), .label("Chart of compound error")) {
        drawing
      },
      ChartParts.table("Table of compound error", ["read by"], ["relative error", "SQNR dB"]) {
        for error in errors { Self.row(error) }
      },
    ]
  }

  private var drawing: Markup {
    let frame = Self.frame
    let x = Axis(
      exactly: -0.5...(Double(errors.count) - 0.5), from: frame.x, to: frame.x + frame.width)
    let known = errors.indices.filter { errors[$0].signalToNoise.isFinite }
    let y = Axis(
      over: known.map { errors[$0].signalToNoise }, from: frame.y + frame.height, to: frame.y)
    let places = known.map {
      (index: $0, x: x.position(Double($0)), y: y.position(errors[$0].signalToNoise))
    }
    return Tag.svg(
      .class("wide"), .viewBox(width: Self.width, height: Self.height), .role("img"),
      .label("Ratio of signal to noise of what each layer reads; the table has the numbers")
    ) {
      ChartParts.horizontalGrid(y, in: frame) { Quantity.fixed($0, digits: 1) + " dB" }
      labels(x)
      Tag.path(.class("curve"), .path(places.map { (x: $0.x, y: $0.y) }))
      for place in places {
        Tag.g {
          Tag.title { Self.sentence(errors[place.index]) }
          Tag.circle([.class("k0")] + Attribute.circle(place.x, place.y, radius: 5))
        }
      }
    }
  }

  /// The layers' names, as many as there is room for.
  private func labels(_ x: Axis) -> [Markup] {
    let step = max(errors.count / 12, 1)
    return stride(from: 0, to: errors.count, by: step).map { index in
      let name = errors[index].layer
      return Tag.text(
        [.class("soft"), .anchor("middle")]
          + Attribute.at(x.position(Double(index)), Self.frame.y + Self.frame.height + 22)
      ) { name.count > 10 ? "…" + name.suffix(9) : name }
    }
  }

  private static func sentence(_ error: CompoundError) -> String {
    "\(name(error)): \(Quantity.fixed(error.signalToNoise, digits: 1)) dB"
  }

  private static func name(_ error: CompoundError) -> String {
    error.repetition > 0 ? "\(error.layer), run \(error.repetition + 1)" : error.layer
  }

  private static func row(_ error: CompoundError) -> Markup {
    Tag.tr {
      Tag.th(.class("name"), .scope("row")) { name(error) }
      Tag.td { Quantity.measured(error.relativeSquare.squareRoot()) }
      Tag.td {
        error.signalToNoise.isFinite ? Quantity.fixed(error.signalToNoise, digits: 1) : "exact"
      }
    }
  }
}
