import Checkpoints
import Pages
import Recipes
import TensorCore

/// Every tensor in a row.
struct TensorTable {
  let tensors: [CompressionProfile.Tensor]

  private static let headings = [
    "bytes", "bits/weight", "order 0", "SQNR dB", "max abs error",
  ]

  var markup: [Markup] {
    [
      Tag.p(.class("note")) {
        "Bytes are those of codes and scales; order 0 is the entropy of the codes, in bits for "
          + "each weight."
      },
      Tag.div(.class("scroll"), .focusable, .role("region"), .label("Table of tensors")) {
        Tag.table {
          Tag.thead {
            Tag.tr {
              for text in ["name", "shape", "type", "method"] {
                Tag.th(.class("name"), .scope("col")) { text }
              }
              for text in Self.headings { Tag.th(.scope("col")) { text } }
            }
          }
          Tag.tbody { for (index, tensor) in tensors.enumerated() { Self.row(index, tensor) } }
        }
      },
    ]
  }

  private static func row(_ index: Int, _ tensor: CompressionProfile.Tensor) -> Markup {
    let cost = tensor.cost
    let encoding = cost.encoding?.kind
    let method = [tensor.method, encoding].compactMap(\.self).joined(separator: ": ")
    let noise = cost.signalToNoise.map { Quantity.fixed($0, digits: 1) } ?? ""
    return Tag.tr(.id("t\(index)")) {
      Tag.th(.class("name"), .scope("row")) {
        cost.name
        if let problem = cost.problem {
          Tag.span(.class("broken")) { " \(problem.rawValue)" }
        }
      }
      Tag.td(.class("name")) { cost.shape.description }
      Tag.td(.class("name")) { (cost.dtype ?? cost.referenceType)?.rawValue ?? "" }
      Tag.td(.class("name")) { method.isEmpty ? "kept" : method }
      Tag.td { cost.byteCount.map(Quantity.grouped) ?? "" }
      Tag.td { cost.bitsPerWeight.map { Quantity.fixed($0, digits: 3) } ?? "" }
      Tag.td { tensor.orderZeroBitsPerWeight.map { Quantity.fixed($0, digits: 3) } ?? "" }
      Tag.td { cost.isEqual ? "exact" : noise }
      Tag.td {
        cost.isEqual ? "" : cost.difference.map { Quantity.measured($0.maximumAbsolute) } ?? ""
      }
    }
  }
}
