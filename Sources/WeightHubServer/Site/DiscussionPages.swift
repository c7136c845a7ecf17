internal import Pages

/// The discussions and pull requests of a repository.
struct DiscussionsPage: Sendable {
  let name: RepositoryName
  let discussions: [Discussion]

  static let mostRows = 500

  var document: SiteDocument {
    SiteDocument(
      title: "Discussions of \(name.id)", steps: SiteDocument.Step.steps(to: name),
      lead: [RepositoryFrame.tabs(of: name, at: "main", .discussions)],
      content: [
        SiteParts.section("Discussions", id: "discussions") {
          if discussions.isEmpty {
            SiteParts.note("None yet. `birdie publish --create-pr` proposes a change.")
          } else {
            SiteParts.table(
              "Discussions",
              [
                .number("number"), .name("title"), .name("kind"), .name("status"), .name("author"),
                .name("opened"),
              ]
            ) {
              for discussion in discussions.prefix(Self.mostRows) { row(discussion) }
            }
          }
          if discussions.count > Self.mostRows {
            SiteParts.note("The newest \(Self.mostRows) of \(discussions.count).")
          }
        }
      ])
  }

  private func row(_ discussion: Discussion) -> Markup {
    Tag.tr {
      SiteParts.number("\(discussion.number)")
      Tag.th(.scope("row")) {
        Tag.a(.link(to: name.page("discussions", "\(discussion.number)"))) {
          discussion.title.isEmpty ? "(no title)" : String(discussion.title.prefix(300))
        }
      }
      Tag.td { discussion.isPullRequest ? "pull request" : "discussion" }
      Tag.td { discussion.status.rawValue }
      Tag.td { discussion.author }
      Tag.td { SiteNumber.day(discussion.created) }
    }
  }
}

/// One discussion; a pull request with what it would change.
struct DiscussionPage: Sendable {
  let name: RepositoryName
  let discussion: Discussion
  /// What a pull request proposes, held against main.
  let difference: TreeDifference?

  var document: SiteDocument {
    SiteDocument(
      title: discussion.title.isEmpty ? "(no title)" : String(discussion.title.prefix(300)),
      steps: SiteDocument.Step.steps(to: name)
        + [.init(text: "discussions", path: name.page("discussions"))],
      lead: [
        Tag.p {
          Tag.span(.class("badge")) { discussion.status.rawValue }
          Tag.span(.class("badge")) { discussion.isPullRequest ? "pull request" : "discussion" }
          "#\(discussion.number) by \(discussion.author), \(SiteNumber.minute(discussion.created))"
        },
        RepositoryFrame.tabs(of: name, at: "main", .discussions),
      ],
      content: [description] + proposal)
  }

  private var description: Markup {
    SiteParts.section("Description") {
      if discussion.description.isEmpty {
        SiteParts.note("None.")
      } else {
        Markdown(String(discussion.description.prefix(100_000))).markup
      }
    }
  }

  @MarkupBuilder private var proposal: [Markup] {
    if discussion.isPullRequest {
      SiteParts.section("What it proposes", id: "files") {
        Tag.p {
          Tag.a(.link(to: name.overview(at: discussion.referenceName))) { "The files" }
          ", "
          Tag.a(.link(to: name.page("commits", discussion.referenceName))) { "its commits" }
          "."
        }
        if let difference {
          SiteParts.table(
            "Files that would change", [.name("file"), .name("what"), .number("bytes")]
          ) {
            for entry in difference.entries { row(entry) }
          }
          if difference.isCut { SiteParts.note("There are more: the first are shown.") }
        }
      }
    }
  }

  private func row(_ entry: TreeDifference.Entry) -> Markup {
    let revision = entry.kind == .removed ? "main" : discussion.referenceName
    return Tag.tr {
      Tag.th(.scope("row")) {
        Tag.a(.link(to: name.file(entry.path, at: revision))) { entry.path }
      }
      Tag.td { entry.kind.rawValue }
      SiteParts.number((entry.after ?? entry.before).map(SiteNumber.grouped) ?? "")
    }
  }
}
