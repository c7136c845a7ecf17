import Pages
import Recipes

/// A number of each tensor by layer: a dot for each, a line through the worst of each layer.
struct LayerChart {
  /// What is shown of a tensor.
  struct Measure: Sendable {
    /// For whoever cannot see the chart.
    let label: String
    /// Whether larger is worse, and powers of ten lie equally far apart.
    let isCost: Bool
    /// The number, where the tensor has one.
    let value: @Sendable (CompressionProfile.Tensor) -> Double?
    /// The number as text.
    let text: @Sendable (Double) -> String
  }

  private struct Dot {
    let layer: Int
    let role: String
    let name: String
    let value: Double
  }

  private static let frame = Frame(x: 54, y: 12, width: 890, height: 250)
  private static let (width, height) = (960.0, 310.0)
  private static let mostRoles = 7

  private let measure: Measure
  private let layers: [String]
  private let dots: [Dot]
  /// The roles that have colours of their own, the most frequent first.
  private let roles: [String]

  init(_ profile: CompressionProfile, _ measure: Measure) {
    self.measure = measure
    var layers: [String] = []
    var dots: [Dot] = []
    for tensor in profile.tensors {
      guard let value = measure.value(tensor), value.isFinite else { continue }
      if layers.last != tensor.layer, !layers.contains(tensor.layer) { layers.append(tensor.layer) }
      let layer = layers.lastIndex(of: tensor.layer) ?? 0
      dots.append(
        Dot(layer: layer, role: tensor.role, name: tensor.cost.name, value: value))
    }
    self.layers = layers
    self.dots = dots
    let counts = Dictionary(grouping: dots, by: \.role).mapValues(\.count)
    let first = dots.map(\.role).reduce(into: [String]()) { list, role in
      if !list.contains(role), counts[role] ?? 0 > 1 { list.append(role) }
    }
    roles = Array(first.prefix(Self.mostRoles))
  }

  /// The chart; nothing where no tensor has noise.
  var markup: [Markup] {
    guard !dots.isEmpty else { return [] }
    let x = Axis(
      exactly: -0.5...(Double(layers.count) - 0.5), from: Self.frame.x,
      to: Self.frame.x + Self.frame.width)
    let drawing = Tag.svg(
      .class("wide"), .viewBox(width: Self.width, height: Self.height), .role("img"),
      .label("\(measure.label) of each tensor, by layer; the table has the numbers")
    ) {
      ChartParts.horizontalGrid(y, in: Self.frame, measure.text)
      labels(x)
      for stack in stacks {
        Tag.path(
          .class("lowest"),
          .path(stack.map { (x.position(Double($0)), y.position(worst(of: $0))) }))
      }
      for dot in dots {
        Tag.g {
          Tag.title { "\(dot.name): \(measure.text(dot.value))" }
          Tag.circle(
            [.class("k\(roles.firstIndex(of: dot.role) ?? Self.mostRoles)")]
              + Attribute.circle(
                x.position(Double(dot.layer)), y.position(dot.value), radius: 5))
        }
      }
    }
    return [
      Tag.div(.class("scroll"), .focusable, .role("region"), .label("Chart by layer")) { drawing },
      legend,
    ]
  }

  private var y: Axis {
    let (values, bottom, top) = (
      dots.map(\.value), Self.frame.y + Self.frame.height, Self.frame.y
    )
    let powers = measure.isCost ? Axis(powersAround: values, from: bottom, to: top) : nil
    return powers ?? Axis(over: values, from: bottom, to: top)
  }

  private func worst(of layer: Int) -> Double {
    let values = dots.filter { $0.layer == layer }.map(\.value)
    return (measure.isCost ? values.max() : values.min()) ?? 0
  }

  /// Layers that follow each other and differ in their number only.
  private var stacks: [[Int]] {
    layers.indices.reduce(into: []) { stacks, layer in
      let isNext = layer > 0 && Self.stack(layers[layer]) == Self.stack(layers[layer - 1])
      if isNext { stacks[stacks.count - 1].append(layer) } else { stacks.append([layer]) }
    }
  }

  /// The name without the number at its end.
  private static func stack(_ layer: String) -> Substring {
    layer.prefix(upTo: layer.lastIndex(of: ".") ?? layer.endIndex)
  }

  /// The layers' names, as many as there is room for.
  private func labels(_ x: Axis) -> [Markup] {
    let texts = layers.map(Self.label)
    let longest = texts.map(\.count).max() ?? 1
    let room = Self.frame.width / Double(max(layers.count, 1))
    let step = max(Int((Double(min(longest, 9)) * 7 / room).rounded(.up)), 1)
    return stride(from: 0, to: layers.count, by: step).map { index in
      Tag.text(
        [.class("soft"), .anchor("middle")]
          + Attribute.at(x.position(Double(index)), Self.frame.y + Self.frame.height + 22)
      ) { texts[index].count > 9 ? texts[index].prefix(8) + "…" : texts[index] }
    } + [
      Tag.text(
        [.class("soft"), .anchor("middle")]
          + Attribute.at(Self.frame.x + Self.frame.width / 2, Self.height - 6)
      ) { "layer" }
    ]
  }

  /// The number at the end of a layer's name, or all of it.
  private static func label(_ layer: String) -> String {
    let last = layer.split(separator: ".").last.map(String.init) ?? layer
    return last.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? last : layer
  }

  private var legend: Markup {
    Tag.ul(.class("legend")) {
      for (index, role) in roles.enumerated() { Legend.entry("k\(index)", role) }
      if dots.contains(where: { !roles.contains($0.role) }) {
        Legend.entry("k\(Self.mostRoles)", "others")
      }
    }
  }
}

extension LayerChart.Measure {
  /// The ratio of signal to noise, in decibels.
  static let noise = LayerChart.Measure(
    label: "Ratio of signal to noise", isCost: false, value: { $0.cost.signalToNoise },
    text: { Quantity.fixed($0, digits: 1) + " dB" })

  /// What a tensor was measured to cost by itself, in nats per token.
  static let sensitivity = LayerChart.Measure(
    label: "Divergence by itself", isCost: true,
    value: { tensor in tensor.weight?.cost.flatMap { $0 > 0 ? $0 : nil } },
    text: { Quantity.measured($0) })
}
