import Checkpoints
import LanguageModels
import Pages
import Recipes
import TensorCore

/// The page about what compression cost: numbers first, then where the bytes and the errors are.
struct ReportPage {
  let report: VerificationReport
  let profile: CompressionProfile
  /// The run of this page, and those that it is compared with.
  let runs: [RunPoint]

  private var verification: Verification { profile.verification }

  /// The file.
  var html: String {
    Page(title: "\(report.artifact.path): what compression cost", style: ReportStyle.sheet) {
      Tag.a(.class("skip"), .link(to: "main")) { "Skip to the numbers" }
      header
      Tag.nav(.label("Parts of this page")) {
        Tag.ul {
          for part in parts { Tag.li { Tag.a(.link(to: part.id)) { part.title } } }
        }
      }
      Tag.main(.id("main")) {
        SummaryTiles(report: report).markup
        for part in parts {
          Tag.section(.id(part.id)) {
            Tag.h2 { part.title }
            part.content
          }
        }
      }
      Tag.footer { "Birdie \(Birdie.version). The same as data: report.json beside this page." }
    }.html
  }

  private var header: Markup {
    Tag.header {
      Tag.h1 { report.artifact.path }
      Tag.p {
        "\(report.artifact.format) of \(Quantity.grouped(report.artifact.byteCount)) bytes, "
          + "held against \(report.reference.path), "
          + "\(report.reference.format) of \(Quantity.grouped(report.reference.byteCount)) bytes"
      }
    }
  }

  /// The parts that have something to show.
  private var parts: [(id: String, title: String, content: [Markup])] {
    [
      ("checks", "Checks", checks), ("bytes", "Where the bytes are", bytes),
      ("errors", "Errors by layer", errors),
      ("compound", "Compound error", CompoundChart(errors: verification.compoundErrors).markup),
      ("sensitivity", "Sensitivity", SensitivityTable(profile).markup),
      ("weights", "Weights and grids", histograms),
      ("runs", "What bits buy", RateChart(runs: runs).markup),
      ("tensors", "Tensors", TensorTable(tensors: profile.tensors).markup),
    ].filter { !$0.2.isEmpty }
  }

  private var checks: [Markup] {
    [
      Tag.ul(.class("checks")) {
        for check in verification.checks {
          Tag.li {
            Tag.span(.class(check.holds ? "holds" : "broken")) {
              check.holds ? "✓ holds " : "✗ broken "
            }
            check.sentence
          }
        }
      }
    ]
  }

  private var bytes: [Markup] {
    let chart = BytesChart(profile).markup
    guard !chart.isEmpty else { return [] }
    let sum = profile.tensors.reduce(0) { $0 + ($1.cost.byteCount ?? 0) }
    let note =
      report.artifact.layers.isEmpty
      ? "Each frame is a tensor, its area the bytes that it takes."
      : "Each frame is a tensor, its area the bytes that it takes before "
        + "\(report.artifact.layers.joined(separator: "+")) makes "
        + "\(Quantity.bytes(verification.byteCount)) of \(Quantity.bytes(sum))."
    return [
      Tag.p(.class("note")) { note + " Follow one to its row in the table." }
    ] + chart
  }

  private var errors: [Markup] {
    let chart = LayerChart(profile, .noise).markup
    guard !chart.isEmpty else { return [] }
    return [
      Tag.p(.class("note")) {
        "The ratio of signal to noise of every tensor that changed; higher is better. "
          + "The line goes through the worst of each layer."
      }
    ] + chart
  }

  private var histograms: [Markup] {
    guard !profile.histograms.isEmpty else { return [] }
    let shapes = Dictionary(
      profile.tensors.map { ($0.cost.name, $0.cost.shape.description) },
      uniquingKeysWith: { first, _ in first })
    return [
      Tag.p(.class("note")) {
        "The largest quantized tensors: how the original weights are spread, and how many went to "
          + "each point of the grid."
      },
      Tag.div(.class("many")) {
        for histogram in profile.histograms {
          HistogramChart(histogram: histogram, shape: shapes[histogram.tensor] ?? "").markup
        }
      },
    ]
  }
}
