internal import Pages

/// A page of the site as a value: what is in it, and where it stands among the others.
struct SiteDocument: Sendable {
  /// A step of the way to the page.
  struct Step: Sendable {
    let text: String
    let path: ServerPath?
  }

  let title: String
  /// The way to the page, without the page.
  var steps: [Step] = []
  /// What stands below the title.
  var lead: [Markup] = []
  let content: [Markup]

  private var page: Page {
    Page(title: "\(title) · birdie", style: SiteStyle.sheet, forms: .own) {
      Tag.a(.class("skip"), .link(to: "main")) { "Skip to the content" }
      navigation
      Tag.header {
        way
        Tag.h1 { title }
        lead
      }
      Tag.main(.id("main")) { content }
      Tag.footer {
        "birdie serve. Scores and sizes are what authors state; digests are what was uploaded."
      }
    }
  }

  /// The file.
  var html: String { page.html }
  /// What a browser may load for it: nothing.
  var policy: String { page.policy + "; frame-ancestors 'none'" }

  private var navigation: Markup {
    Tag.nav(.class("site"), .label("Site")) {
      Tag.ul {
        Tag.li { Tag.a(.link(to: .collection)) { Tag.strong { "birdie" } } }
        Tag.li { Tag.a(.link(to: .leaderboard)) { "Leaderboard" } }
        Tag.li { Tag.a(.link(to: .comparison)) { "Compare" } }
      }
    }
  }

  @MarkupBuilder private var way: [Markup] {
    if !steps.isEmpty {
      Tag.nav(.class("way"), .label("Where this page is")) {
        Tag.ol {
          for step in steps {
            Tag.li {
              if let path = step.path {
                Tag.a(.link(to: path)) { step.text }
              } else {
                step.text
              }
            }
          }
        }
      }
    }
  }
}

extension SiteDocument.Step {
  /// The way to a repository, or to what is below it.
  static func steps(to name: RepositoryName) -> [SiteDocument.Step] {
    [
      Self(text: name.namespace, path: .namespace(name.namespace)),
      Self(text: name.name, path: name.page()),
    ]
  }
}
