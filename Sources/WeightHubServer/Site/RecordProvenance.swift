internal import Pages

/// Where a record came from, and what says that it is whole.
struct RecordProvenance {
  let record: RecordSnapshot

  private var signatures: [String] { record.files.map(\.path).filter { $0.hasSuffix(".sig") } }

  var markup: Markup {
    SiteParts.section("Provenance", id: "provenance") {
      SiteParts.facts(facts)
      sources
      SiteParts.note(
        signatures.isEmpty
          ? "There is no signature: digests say that files are whole, not who made them."
          : "This page does not check signatures: `birdie verify FOLDER --key signer.pub` does.")
    }
  }

  private var facts: [SiteParts.Fact] {
    let claims = record.claims
    let known: [SiteParts.Fact?] = [
      .init("author", record.author), .init("account", claims?.account),
      .init("date", record.date), .init("hardware", claims?.hardware),
      .init(
        "manifest written by",
        record.contents.map { "\($0.tool ?? "an unknown tool") \($0.version ?? "")" }),
      .init("files that are as the manifest lists them", listed),
      .init("signature", signatures.isEmpty ? "none" : signatures.joined(separator: ", ")),
    ]
    return known.compactMap(\.self) + [
      .init("commit") {
        Tag.a(.link(to: record.name.page("commit", record.commit))) {
          Tag.code { String(record.commit.prefix(12)) }
        }
      }
    ]
  }

  private var listed: String? {
    let checked = record.files.compactMap(\.isAsListed)
    return checked.isEmpty ? nil : "\(checked.count { $0 }) of \(checked.count)"
  }

  @MarkupBuilder private var sources: [Markup] {
    let sources = record.contents?.sources ?? []
    if !sources.isEmpty {
      Tag.h3 { "Sources" }
      Tag.ul {
        for source in sources {
          Tag.li {
            if let link = source.url.flatMap({ Attribute.link(toWeb: $0) }) {
              Tag.a(link) { source.name }
            } else {
              source.name + (source.url.map { " (\($0))" } ?? "")
            }
          }
        }
      }
    }
  }
}
