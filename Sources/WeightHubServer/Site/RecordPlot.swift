internal import Pages
internal import RecordFormats

/// Records by their bytes and bits per byte.
struct RecordPlot: Sendable {
  private let records: [RecordSummary]
  private let points: [ParetoFront.Point]
  /// The positions in `records` of the points.
  private let positions: [Int]
  private let frontOfPoints: [Int]

  private static let frame = Frame(x: 64, y: 28, width: 870, height: 300)
  private static let (width, height) = (960.0, 376.0)
  private static let mostDots = 1000

  init(_ records: [RecordSummary]) {
    self.records = records
    var (points, positions) = ([ParetoFront.Point](), [Int]())
    for (position, record) in records.enumerated() {
      guard let byteCount = record.byteCount, let bits = record.bitsPerByte else { continue }
      points.append(ParetoFront.Point(byteCount: byteCount, bitsPerByte: bits))
      positions.append(position)
    }
    (self.points, self.positions) = (points, positions)
    frontOfPoints = ParetoFront.indices(of: points)
  }

  /// The positions of the records on the front.
  var front: Set<Int> { Set(frontOfPoints.map { positions[$0] }) }

  /// The plot and what it says in words; nothing without records that state both numbers.
  var markup: [Markup] {
    guard !points.isEmpty else { return [] }
    return [
      SiteParts.section("Bytes and bits per byte", id: "plot") {
        Tag.div(.class("scroll"), .focusable, .role("region"), .label("Plot of records")) {
          drawing
        }
        Tag.p(.class("note")) {
          "To the left is smaller, below is better. The line is the front, the broken one the cap "
            + "of \(SiteNumber.grouped(Challenge.byteLimit)) bytes."
        }
        words
      }
    ]
  }

  private var words: Markup {
    Tag.ol {
      for index in frontOfPoints.prefix(50) {
        let record = records[positions[index]]
        Tag.li {
          Tag.a(.link(to: record.repository.record(record.path))) { record.title }
          ": \(SiteNumber.grouped(points[index].byteCount)) bytes, "
            + "\(SiteNumber.fixed(points[index].bitsPerByte, digits: 4)) bits per byte"
        }
      }
    }
  }

  private var drawing: Markup {
    let frame = Self.frame
    let (right, bottom) = (frame.x + frame.width, frame.y + frame.height)
    let x = Axis(
      over: points.map { Double($0.byteCount) } + [Double(Challenge.byteLimit)], from: frame.x,
      to: right)
    let y = Axis(over: points.map(\.bitsPerByte), from: bottom, to: frame.y)
    return Tag.svg(
      .class("wide"), .viewBox(width: Self.width, height: Self.height), .role("group"),
      .label(
        "Bytes and bits per byte of \(SiteNumber.count(points.count, "record")), of which "
          + "\(frontOfPoints.count) are on the front")
    ) {
      grid(x, y)
      cap(at: x.position(Double(Challenge.byteLimit)))
      Tag.path(.class("frontline"), .path(steps(x, y)))
      dots(x, y)
    }
  }

  /// The front as stairs: between two records the better one is not to be had with fewer bytes.
  private func steps(_ x: Axis, _ y: Axis) -> [(x: Double, y: Double)] {
    var line: [(x: Double, y: Double)] = []
    for index in frontOfPoints {
      let point = points[index]
      let place = (x: x.position(Double(point.byteCount)), y: y.position(point.bitsPerByte))
      if let last = line.last { line.append((place.x, last.y)) }
      line.append(place)
    }
    if let last = line.last { line.append((Self.frame.x + Self.frame.width, last.y)) }
    return line
  }

  @MarkupBuilder private func grid(_ x: Axis, _ y: Axis) -> [Markup] {
    let frame = Self.frame
    let (right, bottom) = (frame.x + frame.width, frame.y + frame.height)
    for tick in y.ticks(about: 6).prefix(20) {
      let place = y.position(tick)
      Tag.line([.class("grid")] + Attribute.from(frame.x, place, to: right, place))
      Tag.text([.class("soft"), .anchor("end")] + Attribute.at(frame.x - 8, place + 4)) {
        SiteNumber.fixed(tick, digits: 3)
      }
    }
    for tick in x.ticks(about: 7).prefix(20) {
      let place = x.position(tick)
      Tag.line([.class("grid")] + Attribute.from(place, frame.y, to: place, bottom))
      Tag.text([.class("soft"), .anchor("middle")] + Attribute.at(place, bottom + 18)) {
        SiteNumber.bytes(Int(tick))
      }
    }
    Tag.text([.class("soft")] + Attribute.at(8, 16)) { "bits per byte" }
    Tag.text([.class("soft"), .anchor("end")] + Attribute.at(right, Self.height - 6)) {
      "bytes of code and model"
    }
  }

  @MarkupBuilder private func cap(at place: Double) -> [Markup] {
    let frame = Self.frame
    Tag.line([.class("cap")] + Attribute.from(place, frame.y, to: place, frame.y + frame.height))
    Tag.text([.class("soft"), .anchor("end")] + Attribute.at(place - 6, frame.y - 8)) {
      "cap: \(SiteNumber.grouped(Challenge.byteLimit))"
    }
  }

  @MarkupBuilder private func dots(_ x: Axis, _ y: Axis) -> [Markup] {
    let best = Set(frontOfPoints)
    for (index, point) in points.prefix(Self.mostDots).enumerated() {
      let record = records[positions[index]]
      let label =
        "\(record.title): \(SiteNumber.grouped(point.byteCount)) bytes, "
        + "\(SiteNumber.fixed(point.bitsPerByte, digits: 4)) bits per byte"
      Tag.a(.link(to: record.repository.record(record.path)), .label(label)) {
        Tag.circle(
          [.class(best.contains(index) ? "dot best" : "dot")]
            + Attribute.circle(
              x.position(Double(point.byteCount)), y.position(point.bitsPerByte),
              radius: best.contains(index) ? 6 : 4.5))
      }
    }
  }
}
