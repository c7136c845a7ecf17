internal import Pages

/// A file: what it is, and its text if it is one.
struct FilePage: Sendable {
  let name: RepositoryName
  let revision: String
  let path: String
  let byteCount: Int
  let sha256: String
  let oid: String
  let isLarge: Bool
  /// The text; nil of what is none, or too long.
  let text: String?

  static let greatestText = 256 << 10

  var document: SiteDocument {
    SiteDocument(
      title: path.split(separator: "/").last.map(String.init) ?? path,
      steps: PathSteps.steps(to: path, of: name, at: revision),
      lead: [
        Tag.p {
          Tag.span(.class("badge")) { revision }
          Tag.a(.link(to: name.download(path, at: revision))) { "Download" }
        }
      ],
      content: [facts, content])
  }

  private var facts: Markup {
    SiteParts.section("File") {
      SiteParts.facts([
        .init("bytes", SiteNumber.grouped(byteCount)),
        .init("SHA-256") { Tag.code { sha256 } },
        .init("git's name") { Tag.code { oid } },
        .init("kept as", isLarge ? "a large file (LFS)" : "a file of git"),
      ])
    }
  }

  private var content: Markup {
    SiteParts.section("Content", id: "content") {
      if let text {
        if path.lowercased().hasSuffix(".md") {
          Markdown(text).markup
        } else {
          SiteParts.lines(text)
        }
      } else {
        SiteParts.note(
          byteCount > Self.greatestText ? "Too long to be shown here." : "This is no text.")
      }
    }
  }
}
