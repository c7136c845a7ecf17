internal import Pages

/// A commit, and what it did to the files.
struct ChangePage: Sendable {
  let name: RepositoryName
  let change: Change
  let difference: TreeDifference

  var document: SiteDocument {
    SiteDocument(
      title: change.title.isEmpty ? "(no title)" : String(change.title.prefix(300)),
      steps: SiteDocument.Step.steps(to: name)
        + [.init(text: "commits", path: name.page("commits", "main"))],
      lead: [
        Tag.p { "\(change.author), \(SiteNumber.minute(change.created))" },
        RepositoryFrame.tabs(of: name, at: "main", .history),
      ],
      content: [about, files])
  }

  private var about: Markup {
    SiteParts.section("Commit") {
      if !change.message.isEmpty { SiteParts.lines(change.message.prefix(20_000)) }
      SiteParts.facts(
        [
          .init("commit") { Tag.code { change.oid.hex } },
          change.parent.map { parent in
            SiteParts.Fact("on top of") {
              Tag.a(.link(to: name.page("commit", parent.hex))) { Tag.code { parent.hex } }
            }
          },
          .init("files") {
            Tag.a(.link(to: name.overview(at: change.oid.hex))) { "as they were then" }
          },
        ].compactMap(\.self))
    }
  }

  private var files: Markup {
    SiteParts.section("What changed", id: "files") {
      SiteParts.note(summary)
      if !difference.entries.isEmpty {
        SiteParts.table(
          "Files that changed",
          [.name("file"), .name("what"), .number("before"), .number("after"), .number("more")]
        ) {
          for entry in difference.entries { row(entry) }
        }
      }
      if difference.isCut { SiteParts.note("There are more: the first are shown.") }
    }
  }

  private var summary: String {
    [TreeDifference.Kind.added, .changed, .removed].map { kind in
      "\(difference.entries.count { $0.kind == kind }) \(kind.rawValue)"
    }.joined(separator: ", ")
  }

  private func row(_ entry: TreeDifference.Entry) -> Markup {
    let revision = entry.kind == .removed ? change.parent?.hex : change.oid.hex
    let style = ["added": "good", "removed": "bad"][entry.kind.rawValue] ?? ""
    return Tag.tr {
      Tag.th(.scope("row")) {
        Tag.a(.link(to: name.file(entry.path, at: revision ?? "main"))) { entry.path }
      }
      Tag.td { Tag.span(.class(style)) { entry.kind.rawValue } }
      SiteParts.number(entry.before.map(SiteNumber.grouped) ?? "")
      SiteParts.number(entry.after.map(SiteNumber.grouped) ?? "")
      SiteParts.number(Self.growth(entry))
    }
  }

  private static func growth(_ entry: TreeDifference.Entry) -> String {
    guard let before = entry.before, let after = entry.after else { return "" }
    return (after >= before ? "+" : "") + SiteNumber.grouped(after - before)
  }
}
