internal import Pages

/// How the elements of a tensor are spread, as a small drawing that says the same in words.
struct TensorHistogram {
  let values: RecordContents.Values

  private static let (width, height) = (128.0, 28.0)

  @MarkupBuilder var markup: [Markup] {
    Tag.svg(
      .class("histogram"), .viewBox(width: Self.width, height: Self.height), .stretched,
      .role("img"), .label(label)
    ) {
      Tag.path(.class("model"), .path(outline, isClosed: true))
    }
    words
  }

  private var words: String {
    "\(SiteNumber.short(values.minimum)) … \(SiteNumber.short(values.maximum)), "
      + "mean \(SiteNumber.short(values.mean)), σ \(SiteNumber.short(values.deviation))"
  }

  private var label: String {
    let total = values.histogram.reduce(0, &+)
    guard let most = values.histogram.max(), most > 0, total > 0,
      let peak = values.histogram.firstIndex(of: most)
    else { return "Histogram of nothing" }
    return "Histogram of \(SiteNumber.grouped(total)) elements in \(values.histogram.count) equal "
      + "parts, heights by logarithm; most in part \(peak + 1): \(SiteNumber.grouped(most))"
  }

  /// The tops of the bars from left to right: heights go by the logarithm of the counts, so that
  /// the few large weights are seen beside the many small ones.
  private var outline: [(x: Double, y: Double)] {
    let logs = values.histogram.map(SiteNumber.logarithm)
    let most = max(logs.max() ?? 0, 1e-9)
    let step = Self.width / Double(max(logs.count, 1))
    var line: [(x: Double, y: Double)] = [(0, Self.height)]
    for (index, value) in logs.enumerated() {
      let y = Self.height * (1 - value / most)
      line.append((step * Double(index), y))
      line.append((step * Double(index + 1), y))
    }
    return line + [(Self.width, Self.height)]
  }
}
