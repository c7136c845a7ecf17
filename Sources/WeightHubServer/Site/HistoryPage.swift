internal import Pages

/// The commits up to a revision.
struct HistoryPage: Sendable {
  let name: RepositoryName
  let revision: String
  let changes: [Change]
  let page: Int
  let hasMore: Bool

  static let rows = 50

  var document: SiteDocument {
    SiteDocument(
      title: "History of \(name.id)", steps: SiteDocument.Step.steps(to: name),
      lead: [
        Tag.p { Tag.span(.class("badge")) { revision } },
        RepositoryFrame.tabs(of: name, at: revision, .history),
      ],
      content: [
        SiteParts.section("Commits", id: "commits") {
          SiteParts.table(
            "Commits", [.name("title"), .name("author"), .name("time"), .name("commit")]
          ) {
            for change in changes { row(change) }
          }
          SiteParts.pages(
            name.page("commits", revision), "p", page, hasMore: hasMore, ("Newer", "Older"))
        }
      ])
  }

  private func row(_ change: Change) -> Markup {
    Tag.tr {
      Tag.th(.scope("row")) {
        Tag.a(.link(to: name.page("commit", change.oid.hex))) {
          change.title.isEmpty ? "(no title)" : String(change.title.prefix(300))
        }
      }
      Tag.td { change.author }
      Tag.td { SiteNumber.minute(change.created) }
      Tag.td {
        Tag.a(.link(to: name.overview(at: change.oid.hex)), .label("Files at this commit")) {
          Tag.code(.class("whole")) { String(change.oid.hex.prefix(8)) }
        }
      }
    }
  }
}
