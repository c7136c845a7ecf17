internal import Pages

/// Where a record came from, and what says that it is whole.
struct RecordProvenance {
  let record: RecordSnapshot

  private var signatures: [String] { record.files.map(\.path).filter { $0.hasSuffix(".sig") } }

  var markup: Markup {
    SiteParts.section("Provenance", id: "provenance") {
      SiteParts.facts(facts)
      sources
      lineage
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
            if let path = source.path { " became \(path)" }
            if let sha256 = source.sha256 {
              ", SHA-256 "
              Tag.code { sha256 }
            }
          }
        }
      }
    }
  }

  private static let mostRecords = 100

  @MarkupBuilder private var lineage: [Markup] {
    let (bases, followers) = (record.lineage.bases, record.lineage.followers)
    if !bases.isEmpty {
      Tag.h3 { "Builds on" }
      Tag.ul {
        for base in bases {
          Tag.li {
            base.base.text
            if let record = base.record {
              ": "
              Self.link(record)
            }
          }
        }
      }
    }
    if !followers.isEmpty {
      Tag.h3 { "Built on by" }
      Tag.ul { for record in followers.prefix(Self.mostRecords) { Tag.li { Self.link(record) } } }
      if followers.count > Self.mostRecords {
        SiteParts.note("The first \(Self.mostRecords) of \(SiteNumber.grouped(followers.count)).")
      }
    }
  }

  private static func link(_ record: RecordSummary) -> Markup {
    Tag.a(.link(to: record.repository.record(record.path))) { record.title }
  }
}
