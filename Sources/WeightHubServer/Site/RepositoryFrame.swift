internal import Pages

/// What the pages of a repository have in common.
enum RepositoryFrame {
  /// The tabs of a repository.
  enum Tab {
    case overview, history, discussions
  }

  /// Links to the parts of a repository.
  static func tabs(
    of name: RepositoryName, at revision: String, _ current: Tab?, discussions: Int? = nil
  ) -> Markup {
    let count = discussions.map { " (\($0))" } ?? ""
    return Tag.nav(.class("tabs"), .label("Repository")) {
      Tag.ul {
        tab("Files and card", name.overview(at: revision), current == .overview)
        tab("History", name.page("commits", revision), current == .history)
        tab("Discussions" + count, name.page("discussions"), current == .discussions)
      }
    }
  }

  private static func tab(_ text: String, _ path: ServerPath, _ isCurrent: Bool) -> Markup {
    Tag.li { Tag.a([.link(to: path)] + (isCurrent ? [.current] : [])) { text } }
  }
}
