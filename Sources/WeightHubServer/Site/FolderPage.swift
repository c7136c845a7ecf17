internal import Pages

/// A folder of a repository.
struct FolderPage: Sendable {
  let folder: FolderSnapshot
  /// Whether a manifest says that the folder is a record.
  let isRecord: Bool
  /// The text of the folder's README.md.
  let card: String?

  var document: SiteDocument {
    let name = folder.name
    return SiteDocument(
      title: folder.path.isEmpty ? name.id : folder.path,
      steps: PathSteps.steps(to: folder.path, of: name, at: folder.revision),
      lead: [
        Tag.p {
          Tag.span(.class("badge")) { folder.revision }
          if isRecord {
            Tag.a(.link(to: name.record(folder.path, at: folder.revision))) {
              "The page of this record"
            }
          }
        }
      ],
      content: [
        SiteParts.section("Files", id: "files") { FolderTable(folder: folder).markup }
      ] + readme)
  }

  @MarkupBuilder private var readme: [Markup] {
    if let card { SiteParts.section("README.md", id: "card") { Markdown(card).markup } }
  }
}

/// The way to a path of a repository.
enum PathSteps {
  static func steps(
    to path: String, of name: RepositoryName, at revision: String
  ) -> [SiteDocument.Step] {
    let parts = path.split(separator: "/")
    return SiteDocument.Step.steps(to: name)
      + parts.indices.dropLast().map { index in
        let folder = parts[...index].joined(separator: "/")
        return SiteDocument.Step(
          text: String(parts[index]), path: name.folder(folder, at: revision))
      }
  }
}
