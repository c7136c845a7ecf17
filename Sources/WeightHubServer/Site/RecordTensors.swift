internal import Pages

/// The tensors of a file: where their bytes are, and one row for each.
struct RecordTensors {
  let contents: RecordContents
  let weights: RecordContents.Weights
  let filter: String
  /// The page that this is on.
  let path: ServerPath
  let revision: String

  static let mostRows = 2000

  private typealias Row = (position: Int, tensor: RecordContents.Tensor)

  private var rows: [Row] {
    let wanted = filter.lowercased()
    return weights.tensors.enumerated().filter { _, tensor in
      wanted.isEmpty || tensor.name.lowercased().contains(wanted)
    }.map { ($0, $1) }
  }

  var markup: [Markup] {
    let rows = rows
    let shown = rows.prefix(Self.mostRows)
    let visible = Set(shown.map(\.position))
    let values = contents.values
    return [about, form]
      + TensorTreemap(weights.tensors, linked: visible).markup
      + [
        SiteParts.note(
          "\(SiteNumber.grouped(shown.count)) of "
            + "\(SiteNumber.count(weights.tensors.count, "tensor"))"
            + (filter.isEmpty ? "." : ", those with “\(filter)” in their names.")),
        table(shown, values),
      ]
  }

  private var about: Markup {
    Tag.p {
      Tag.code { weights.path }
      ", \(weights.format ?? "of an unknown format")"
        + (weights.layers.isEmpty ? "" : " in \(weights.layers.joined(separator: " in "))")
        + ". Digests are of the elements once decoded: equal ones are equal weights."
    }
  }

  private var form: Markup {
    Tag.form(Attribute.asks(for: path)) {
      if revision != "main" {
        Tag.input(.kind("hidden"), .name("revision"), .value(revision))
      }
      SiteParts.choice(
        "File", "file", weights.path,
        among: contents.weights.map { ($0.path, $0.path) })
      SiteParts.field("Name has in it", "tensor", filter)
      Tag.button(.kind("submit")) { "Show" }
    }
  }

  private func table(
    _ rows: ArraySlice<Row>, _ values: [String: RecordContents.Values]
  ) -> Markup {
    SiteParts.table(
      "Tensors",
      [
        .name("name"), .name("type"), .name("shape"), .number("bytes"), .name("encoding"),
        .name("SHA-256"),
      ] + (values.isEmpty ? [] : [.name("values, count by logarithm")])
    ) {
      for row in rows { Self.row(row, values) }
    }
  }

  private static func row(_ row: Row, _ values: [String: RecordContents.Values]) -> Markup {
    let tensor = row.tensor
    return Tag.tr(.id("t\(row.position)")) {
      Tag.th(.scope("row")) { Tag.a(.link(to: "t\(row.position)")) { tensor.name } }
      Tag.td { tensor.type ?? "" }
      Tag.td { tensor.shapeText }
      SiteParts.number(tensor.byteCount.map(SiteNumber.grouped) ?? "")
      Tag.td { tensor.encoding ?? "plain" }
      Tag.td {
        if let sha256 = tensor.sha256 {
          Tag.code(.class("whole")) { String(sha256.prefix(12)) }
        }
      }
      if !values.isEmpty {
        Tag.td(.class("values")) {
          if let known = tensor.sha256.flatMap({ values[$0] }) {
            TensorHistogram(values: known).markup
          }
        }
      }
    }
  }
}

extension RecordContents.Tensor {
  /// `[384, 192]`.
  var shapeText: String {
    shape.map { "[" + $0.map(String.init).joined(separator: ", ") + "]" } ?? ""
  }
}
