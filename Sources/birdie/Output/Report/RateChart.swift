import Pages

/// What bits buy: the runs that were compared, by bits for each parameter and by what they lost.
struct RateChart {
  let runs: [RunPoint]

  private static let frame = Frame(x: 70, y: 12, width: 870, height: 270)
  private static let (width, height) = (960.0, 330.0)

  /// What all runs tell: the divergence if they can.
  private var distortions: (title: String, values: [Double])? {
    let divergences = runs.compactMap(\.divergence)
    if divergences.count == runs.count, divergences.allSatisfy({ $0 > 0 }) {
      return ("mean KL divergence, nats", divergences)
    }
    let noise = runs.compactMap(\.signalToNoise)
    return noise.count == runs.count ? ("mean ratio of signal to noise, dB", noise) : nil
  }

  /// The chart; nothing where there is no other run, or nothing that all of them tell.
  var markup: [Markup] {
    guard runs.count > 1, let (title, values) = distortions else { return [] }
    let frame = Self.frame
    let x = Axis(over: runs.map(\.bits), from: frame.x, to: frame.x + frame.width)
    let (bottom, top) = (frame.y + frame.height, frame.y)
    let y =
      (runs[0].divergence != nil ? Axis(powersAround: values, from: bottom, to: top) : nil)
      ?? Axis(over: values, from: bottom, to: top)
    let places = zip(runs, values).map { (x: x.position($0.bits), y: y.position($1)) }
    let drawing = Tag.svg(
      .class("wide"), .viewBox(width: Self.width, height: Self.height), .role("img"),
      .label("Bits per parameter and \(title) of \(runs.count) runs")
    ) {
      ChartParts.horizontalGrid(y, in: frame, Quantity.measured)
      ChartParts.numbersBelow(x, in: frame, x.ticks(about: 8), Quantity.measured)
      Tag.path(.class("curve"), .path(places.sorted { $0.x < $1.x }))
      for (index, place) in places.enumerated() {
        Tag.circle(
          [.class(index == 0 ? "here" : "k0")] + Attribute.circle(place.x, place.y, radius: 6))
        Tag.text([.anchor(Self.anchor(place.x))] + Attribute.at(place.x, place.y - 11)) {
          runs[index].name
        }
      }
      Tag.text([.class("soft"), .anchor("middle")] + Attribute.at(Self.width / 2, Self.height - 6))
      { "bits per parameter" }
    }
    return [
      Tag.p(.class("note")) { "Upwards: \(title). The run of this page has another colour." },
      Tag.div(.class("scroll"), .focusable, .role("region"), .label("Chart of runs")) { drawing },
    ]
  }

  /// Names at the edges lean inwards.
  private static func anchor(_ x: Double) -> String {
    if x < frame.x + 120 { return "start" }
    return x > frame.x + frame.width - 120 ? "end" : "middle"
  }
}
