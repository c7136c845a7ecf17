import Checkpoints
import LanguageModels
import Pages
import Recipes

/// The numbers that decide, large.
struct SummaryTiles {
  let report: VerificationReport

  private var verification: Verification { report.verification }

  var markup: Markup {
    Tag.dl(.class("tiles")) {
      for tile in tiles {
        Tag.div {
          Tag.dt { tile.title }
          Tag.dd {
            Tag.strong { tile.value }
            Tag.small { tile.note }
          }
        }
      }
    }
  }

  private typealias Tile = (title: String, value: String, note: String)

  private var tiles: [Tile] { sizes + predictions + noise }

  private var sizes: [Tile] {
    let code =
      verification.overheadByteCount > 0
      ? "+ \(Quantity.grouped(verification.overheadByteCount)) code" : ""
    let original = report.reference.byteCount
    let share = 100 * Double(verification.byteCount) / Double(max(original, 1))
    var tiles: [Tile] = [
      (
        "Artifact", "\(Quantity.grouped(verification.byteCount)) B",
        code.isEmpty ? "\(Quantity.fixed(share, digits: 1)) % of the original" : code
      )
    ]
    if let headroom = verification.headroom, let budget = verification.limits.budget {
      tiles.append(
        (
          headroom < 0 ? "Over the budget" : "Headroom",
          "\(Quantity.grouped(abs(headroom))) B", "of \(Quantity.grouped(budget))"
        ))
    }
    tiles.append(
      (
        "Bits per parameter", Quantity.fixed(verification.bitsPerParameter, digits: 3),
        "\(Quantity.elements(verification.parameterCount)) parameters"
      ))
    return tiles
  }

  private var predictions: [Tile] {
    guard let outcome = verification.evaluation?.evaluation, let closeness = outcome.closeness
    else { return [] }
    let loss = outcome.bitsPerByte - outcome.referenceBitsPerByte
    return [
      (
        "Bits per byte", Quantity.fixed(outcome.bitsPerByte, digits: 4),
        Self.interval(outcome.confidenceInterval(seed: report.seed), 4)
          + ", \(Quantity.grouped(outcome.targetCount)) tokens"
      ),
      (
        "Loss in bits per byte", (loss < 0 ? "" : "+") + Quantity.fixed(loss, digits: 5),
        Self.interval(outcome.differenceInterval(seed: report.seed), 5)
      ),
      (
        "KL divergence, nats", Quantity.measured(closeness.meanDivergence),
        Self.interval(outcome.divergenceInterval(seed: report.seed), 5)
          + "; p99 \(Quantity.fixed(closeness.highDivergence, digits: 4))"
      ),
      (
        "Same likeliest token", Quantity.fixed(100 * closeness.agreement, digits: 2) + " %",
        "worst cosine of logits \(Quantity.fixed(closeness.smallestCosine, digits: 5))"
      ),
    ]
  }

  private var noise: [Tile] {
    guard let worst = verification.worstTensor, let ratio = worst.signalToNoise, ratio.isFinite
    else { return [] }
    return [("Lowest signal to noise", Quantity.fixed(ratio, digits: 1) + " dB", worst.name)]
  }

  private static func interval(_ interval: ClosedRange<Double>, _ digits: Int) -> String {
    "95 %: \(Quantity.fixed(interval.lowerBound, digits: digits)) to "
      + Quantity.fixed(interval.upperBound, digits: digits)
  }
}
