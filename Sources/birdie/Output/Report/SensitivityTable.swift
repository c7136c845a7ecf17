import Pages
import Recipes

/// What each matrix was measured to cost by itself, and the factor that its steps got by that.
struct SensitivityTable {
  private let profile: CompressionProfile
  private let weights: [QuantizedWeight]

  init(_ profile: CompressionProfile) {
    self.profile = profile
    weights = profile.tensors.compactMap(\.weight).filter { $0.cost != nil }
  }

  /// A chart and the table; nothing where nothing was measured.
  var markup: [Markup] {
    guard !weights.isEmpty else { return [] }
    return [
      Tag.p(.class("note")) {
        "The divergence in nats per token of the model with this matrix alone quantized, and the "
          + "factor of its steps that lets every weight cost the same. The line goes through the "
          + "most sensitive of each layer."
      }
    ] + LayerChart(profile, .sensitivity).markup + [
      ChartParts.table("Table of sensitivities", ["name"], ["nats/token", "step factor"]) {
        for weight in weights { Self.row(weight) }
      }
    ]
  }

  private static func row(_ weight: QuantizedWeight) -> Markup {
    Tag.tr {
      Tag.th(.class("name"), .scope("row")) { weight.name }
      Tag.td { weight.cost.map(Quantity.measured) ?? "" }
      Tag.td { Quantity.fixed(weight.stepFactor, digits: 3) }
    }
  }
}
