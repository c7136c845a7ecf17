internal import JSON
internal import Pages

/// A repository: its files, its card, its records, and how to get it.
struct RepositoryPage: Sendable {
  let folder: FolderSnapshot
  /// The text of README.md; nil where there is none, or one that is too long.
  let card: String?
  let records: RecordCollection
  /// The server's address, for commands.
  let address: String

  static let greatestCard = 256 << 10
  private static let mostRecords = 300

  private var name: RepositoryName { folder.name }

  var document: SiteDocument {
    SiteDocument(
      title: name.id,
      steps: [.init(text: name.namespace, path: .namespace(name.namespace))],
      lead: [
        badges,
        RepositoryFrame.tabs(
          of: name, at: folder.revision, .overview, discussions: folder.discussionCount),
      ],
      content: [
        Tag.div(.class("two")) {
          Tag.div { [recordTable, files, cardSection].flatMap(\.self) }
          Tag.div { [use, revisions, metadata].flatMap(\.self) }
        }
      ])
  }

  private var badges: Markup {
    Tag.p {
      Tag.span(.class("badge")) { name.kind.rawValue }
      if folder.repository.isPrivate { Tag.span(.class("badge")) { "private" } }
      "at \(folder.revision), "
      Tag.a(.link(to: name.page("commit", folder.change.oid.hex))) {
        String(folder.change.oid.hex.prefix(8))
      }
      ", changed \(SiteNumber.minute(folder.change.created)) by \(folder.change.author)"
    }
  }

  @MarkupBuilder private var recordTable: [Markup] {
    if !records.records.isEmpty {
      SiteParts.section("Records", id: "records") {
        RecordTable.markup(records.records.prefix(Self.mostRecords).map { ($0, false) })
        if records.records.count > Self.mostRecords || records.isCut {
          SiteParts.note("The first \(Self.mostRecords).")
        }
      }
    }
  }

  private var files: [Markup] {
    [SiteParts.section("Files", id: "files") { FolderTable(folder: folder).markup }]
  }

  private var cardSection: [Markup] {
    [
      SiteParts.section("Card", id: "card") {
        if let card {
          let text = Markdown(card)
          text.markup
          if text.isCut { SiteParts.note("The text goes on: see README.md.") }
        } else {
          SiteParts.note("No README.md that can be shown.")
        }
      }
    ]
  }

  private var use: [Markup] {
    [
      SiteParts.section("Use it", id: "use") {
        UseCommands(name: name, revision: folder.revision, address: address).markup
      }
    ]
  }

  @MarkupBuilder private var revisions: [Markup] {
    SiteParts.section("Revisions", id: "revisions") {
      Tag.ul(.class("plain")) {
        for reference in folder.names.prefix(100) { revision(reference) }
      }
      if folder.names.count > 100 { SiteParts.note("The first 100 of \(folder.names.count).") }
    }
  }

  private func revision(_ reference: Reference) -> Markup {
    let short = reference.shortName
    return Tag.li {
      Tag.a(
        [.link(to: name.overview(at: short))] + (short == folder.revision ? [.current] : [])
      ) { short }
      Tag.small { reference.name.hasPrefix("refs/tags/") ? " tag " : " branch " }
      Tag.code { String(reference.target.hex.prefix(8)) }
    }
  }

  @MarkupBuilder private var metadata: [Markup] {
    let front = card.map(FrontMatter.init(of:))
    let facts = CardFacts(front?.json ?? .null).facts
    if !facts.isEmpty || front?.error != nil {
      SiteParts.section("Metadata", id: "metadata") {
        SiteParts.facts(facts)
        if let error = front?.error { SiteParts.note("The front matter is broken: \(error)") }
      }
    }
  }
}
