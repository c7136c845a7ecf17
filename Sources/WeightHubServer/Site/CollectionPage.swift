internal import Pages

/// What visitors ask of the collection.
struct CollectionQuery: Sendable {
  var text = ""
  var kind: RepositoryKind?
  var author = ""
  var order = Order.modified

  enum Order: String, Sendable {
    case modified, created, name
  }

  init() {}

  init(_ target: RequestTarget, kind: RepositoryKind?, namespace: String?) {
    text = String((target.value("q") ?? "").prefix(200))
    self.kind = kind ?? target.value("kind").flatMap(RepositoryKind.init(rawValue:))
    author = namespace ?? String((target.value("author") ?? "").prefix(100))
    order = target.value("sort").flatMap(Order.init(rawValue:)) ?? .modified
  }
}

/// All repositories that a visitor may see, and the records in them.
struct CollectionPage: Sendable {
  let repositories: [Repository]
  let records: RecordCollection
  let query: CollectionQuery
  /// Whether there are more repositories than were looked at.
  let isCut: Bool
  /// The pages of the tables, from 0.
  var page = 0
  var recordPage = 0

  static let mostRows = 300
  static let mostPages = 10_000

  var document: SiteDocument {
    SiteDocument(
      title: query.author.isEmpty ? "Collection" : "Collection of \(query.author)",
      lead: [Tag.p { "Models, datasets and records, with the weights that they were made from." }],
      content: [search, table] + recordTable)
  }

  private var search: Markup {
    Tag.section(.label("Search")) {
      Tag.form([.role("search")] + Attribute.asks(for: .collection)) {
        SiteParts.field("Text", "q", query.text)
        SiteParts.choice(
          "Kind", "kind", query.kind?.rawValue ?? "",
          among: [("", "all"), ("model", "models"), ("dataset", "datasets"), ("space", "spaces")])
        SiteParts.field("Author", "author", query.author)
        SiteParts.choice(
          "Sorted by", "sort", query.order.rawValue,
          among: [("modified", "last change"), ("created", "beginning"), ("name", "name")])
        Tag.button(.kind("submit")) { "Search" }
      }
      Tag.p(.class("note")) {
        SiteNumber.count(repositories.count, "repository") + (isCut ? " or more" : "") + ", "
          + SiteNumber.count(records.records.count, "record") + (records.isCut ? " or more" : "")
        "."
      }
    }
  }

  private var table: Markup {
    let counts = Dictionary(records.records.map { ($0.repository, 1) }, uniquingKeysWith: +)
    return SiteParts.section("Repositories", id: "repositories") {
      if repositories.isEmpty {
        SiteParts.note("None that you may see.")
      } else {
        SiteParts.table(
          "Repositories",
          [.name("repository"), .name("kind"), .number("records"), .name("changed")]
        ) {
          for repository in SiteParts.rows(repositories, page, Self.mostRows) {
            Self.row(repository, counts[repository.name] ?? 0)
          }
        }
        SiteParts.pages(
          path.with("r", recordPage > 0 ? "\(recordPage)" : nil), "p", page,
          hasMore: repositories.count > (page + 1) * Self.mostRows)
      }
    }
  }

  private static func row(_ repository: Repository, _ count: Int) -> Markup {
    Tag.tr {
      Tag.th(.scope("row")) {
        Tag.a(.link(to: repository.name.page())) { repository.name.id }
        if repository.isPrivate { Tag.span(.class("badge")) { "private" } }
      }
      Tag.td { repository.name.kind.rawValue }
      SiteParts.number(count > 0 ? SiteNumber.grouped(count) : "")
      Tag.td { SiteNumber.day(repository.modified) }
    }
  }

  @MarkupBuilder private var recordTable: [Markup] {
    if !records.records.isEmpty {
      SiteParts.section("Records", id: "records") {
        Tag.p(.class("note")) {
          "By score on the "
          Tag.a(.link(to: .leaderboard)) { "leaderboard" }
          "."
        }
        RecordTable.markup(
          SiteParts.rows(records.records, recordPage, Self.mostRows).map { ($0, false) })
        SiteParts.pages(
          path.with("p", page > 0 ? "\(page)" : nil), "r", recordPage,
          hasMore: records.records.count > (recordPage + 1) * Self.mostRows)
      }
    }
  }

  /// The page without the places in its tables.
  private var path: ServerPath {
    func known(_ text: String) -> String? { text.isEmpty ? nil : text }
    return .collection.with("q", known(query.text)).with("kind", query.kind?.rawValue)
      .with("author", known(query.author)).with("sort", query.order.rawValue)
  }
}
