internal import Pages

/// Two records side by side; the form alone as long as there are not two.
struct ComparePage: Sendable {
  /// What was asked for.
  let arguments: [String]
  let records: [RecordSnapshot]
  /// The files whose tensors are compared; nil for the artifacts.
  let files: [String?]

  private static let mostRows = 2000

  var document: SiteDocument {
    SiteDocument(
      title: "Compare",
      lead: [Tag.p { "Two records side by side: what they claim, and which tensors are equal." }],
      content: [form] + comparison)
  }

  private func argument(_ index: Int) -> String {
    arguments.indices.contains(index) ? arguments[index] : ""
  }

  private var form: Markup {
    Tag.section(.label("Records")) {
      Tag.form(Attribute.asks(for: .comparison)) {
        SiteParts.field("A: namespace/name/folder", "a", argument(0))
        SiteParts.field("B: namespace/name/folder", "b", argument(1))
        if records.count == 2 {
          file("File of A", "fa", records[0], files[0])
          file("File of B", "fb", records[1], files[1])
        }
        Tag.button(.kind("submit")) { "Compare" }
      }
      SiteParts.note(
        "A revision goes behind the name: namespace/name@v1/folder. Every page of a record has a "
          + "link that begins a comparison.")
    }
  }

  private func file(
    _ label: String, _ name: String, _ record: RecordSnapshot, _ chosen: String?
  ) -> Markup {
    SiteParts.choice(
      label, name, chosen ?? "",
      among: [("", "artifact")] + (record.contents?.weights ?? []).map { ($0.path, $0.path) })
  }

  private var comparison: [Markup] {
    guard records.count == 2 else { return [] }
    return [numbers(records[0], records[1]), tensors]
  }

  private func numbers(_ a: RecordSnapshot, _ b: RecordSnapshot) -> Markup {
    SiteParts.section("Numbers", id: "numbers") {
      SiteParts.table(
        "Numbers", [.name(""), .number("A"), .number("B"), .number("B − A")]
      ) {
        Tag.tr {
          Tag.th(.scope("row")) { "record" }
          for record in [a, b] {
            Tag.td(.class("number")) {
              Tag.a(.link(to: record.name.record(record.path, at: record.revision))) {
                record.title
              }
            }
          }
          Tag.td()
        }
        Self.texts("author", a.author, b.author)
        Self.texts("date", a.date, b.date)
        Self.texts("track", a.track, b.track)
        Self.scores(a.bitsPerByte, b.bitsPerByte)
        Self.counts("bytes", a.byteCount, b.byteCount)
        Self.counts("bytes of code", a.codeByteCount, b.codeByteCount)
        Self.counts("bytes of the model", a.modelByteCount, b.modelByteCount)
        Self.counts("parameters", Self.parameters(a), Self.parameters(b))
      }
    }
  }

  private static func parameters(_ record: RecordSnapshot) -> Int? {
    record.contents?.weights(at: nil)?.parameterCount
  }

  private static func texts(_ name: String, _ a: String?, _ b: String?) -> Markup {
    row(name, a ?? "", b ?? "", a == b ? "same" : "")
  }

  private static func scores(_ a: Double?, _ b: Double?) -> Markup {
    let difference = a.flatMap { a in b.map { SiteNumber.signed($0 - a, digits: 4) } }
    return row(
      "bits per byte", a.map { SiteNumber.fixed($0, digits: 4) } ?? "",
      b.map { SiteNumber.fixed($0, digits: 4) } ?? "", difference ?? "")
  }

  private static func counts(_ name: String, _ a: Int?, _ b: Int?) -> Markup {
    let difference = a.flatMap { a in b.map { $0 - a } }
    return row(
      name, a.map(SiteNumber.grouped) ?? "", b.map(SiteNumber.grouped) ?? "",
      difference.map { $0 == 0 ? "same" : ($0 > 0 ? "+" : "") + SiteNumber.grouped($0) } ?? "")
  }

  private static func row(_ name: String, _ a: String, _ b: String, _ difference: String) -> Markup
  {
    Tag.tr {
      Tag.th(.scope("row")) { name }
      SiteParts.number(a)
      SiteParts.number(b)
      SiteParts.number(difference)
    }
  }

  private var tensors: Markup {
    SiteParts.section("Tensors", id: "tensors") {
      if let a = records[0].contents?.weights(at: files[0]),
        let b = records[1].contents?.weights(at: files[1])
      {
        Self.tensors(a, b)
        command(a.path, b.path)
      } else {
        SiteParts.note("One of them has no manifest that tells of its tensors.")
      }
    }
  }

  @MarkupBuilder private static func tensors(
    _ a: RecordContents.Weights, _ b: RecordContents.Weights
  ) -> [Markup] {
    let comparison = TensorComparison(a.tensors, b.tensors)
    SiteParts.note(
      "\(a.path) and \(b.path): \(comparison.count(.equal)) equal, "
        + "\(comparison.count(.different)) different, \(comparison.count(.onlyFirst)) only in A, "
        + "\(comparison.count(.onlySecond)) only in B.")
    SiteParts.table(
      "Tensors",
      [.name("name"), .name("are"), .name("A"), .name("B"), .number("bytes A"), .number("bytes B")]
    ) {
      for row in comparison.rows.prefix(mostRows) { Self.row(row) }
    }
    if comparison.rows.count > mostRows { SiteParts.note("The first \(mostRows) are shown.") }
  }

  private static func row(_ row: TensorComparison.Row) -> Markup {
    func form(_ tensor: RecordContents.Tensor?) -> String {
      tensor.map { "\($0.type ?? "") \($0.shapeText) \(String($0.sha256?.prefix(8) ?? ""))" } ?? ""
    }
    return Tag.tr {
      Tag.th(.scope("row")) { row.name }
      Tag.td { Tag.span(.class(row.kind == .equal ? "good" : "bad")) { row.kind.rawValue } }
      Tag.td { form(row.first) }
      Tag.td { form(row.second) }
      SiteParts.number(row.first?.byteCount.map(SiteNumber.grouped) ?? "")
      SiteParts.number(row.second?.byteCount.map(SiteNumber.grouped) ?? "")
    }
  }

  private func command(_ a: String, _ b: String) -> Markup {
    func address(_ record: RecordSnapshot, _ file: String) -> String {
      let revision = record.revision == "main" ? "" : "@" + record.revision
      let path = record.path.isEmpty ? file : record.path + "/" + file
      return UseCommands.quoted("hf://\(record.name.path)\(revision)/\(path)")
    }
    return SiteParts.command(
      "birdie diff \(address(records[0], a)) \\\n  \(address(records[1], b))")
  }
}

/// What names a record in an address: `namespace/name@revision/folder`, behind `datasets/` where it
/// is no model's.
struct RecordArgument: Sendable {
  let name: RepositoryName
  let revision: String
  let path: String

  init?(_ text: String) {
    let parts = text.split(separator: "/").map(String.init)
    let kind = parts.first.flatMap(RepositoryKind.init(plural:))
    let rest = parts.dropFirst(kind == nil ? 0 : 1)
    guard text.utf8.count <= 4096, rest.count >= 2 else { return nil }
    let words = rest[rest.startIndex + 1].split(separator: "@", maxSplits: 1).map(String.init)
    guard let last = words.first,
      let name = RepositoryName(kind ?? .model, rest[rest.startIndex], last)
    else { return nil }
    self.name = name
    revision = words.count > 1 ? words[1] : "main"
    path = rest.dropFirst(2).joined(separator: "/")
  }
}
