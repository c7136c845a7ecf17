internal import Pages

/// Pieces that many pages have.
enum SiteParts {
  /// A part of a page under a heading.
  static func section(
    _ title: String, id: String? = nil, @MarkupBuilder content: () -> [Markup]
  ) -> Markup {
    Tag.section(id.map { [.id($0)] } ?? []) {
      Tag.h2 { title }
      content()
    }
  }

  /// A heading of a table.
  struct Heading {
    let text: String
    var isNumber = false
    /// Where the table is sorted by it.
    var path: ServerPath?
    /// How it is sorted by it, if it is.
    var order: String?

    static func name(_ text: String) -> Heading { Heading(text: text) }
    static func number(_ text: String) -> Heading { Heading(text: text, isNumber: true) }
  }

  /// A table that scrolls where there is no room for it.
  static func table(
    _ label: String, _ headings: [Heading], @MarkupBuilder rows: () -> [Markup]
  ) -> Markup {
    Tag.div(.class("scroll"), .focusable, .role("region"), .label(label)) {
      Tag.table {
        Tag.thead { Tag.tr { for heading in headings { cell(heading) } } }
        Tag.tbody { rows() }
      }
    }
  }

  private static func cell(_ heading: Heading) -> Markup {
    let attributes: [Attribute] =
      [.scope("col")] + (heading.isNumber ? [.class("number")] : [])
      + (heading.order.map { [.sorted($0)] } ?? [])
    return Tag.th(attributes) {
      if let path = heading.path {
        Tag.a(.link(to: path)) {
          heading.text + (heading.order.map { $0 == "ascending" ? " ↑" : " ↓" } ?? "")
        }
      } else {
        heading.text
      }
    }
  }

  /// A cell of a number.
  static func number(_ text: String) -> Markup { Tag.td(.class("number")) { text } }

  /// Lines of text as they are.
  static func lines(_ text: some StringProtocol, style: String = "") -> Markup {
    Tag.pre(style.isEmpty ? [.focusable] : [.focusable, .class(style)]) {
      Tag.code {
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
          Markup.text(
            line.split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "    "))
          Markup.verbatim("\n")
        }
      }
    }
  }

  /// A command, broken where there is no room for it.
  static func command(_ text: String) -> Markup { lines(text, style: "wrap") }

  /// A few words that say less than the rest.
  static func note(_ text: String) -> Markup { Tag.p(.class("note")) { text } }

  /// A field under its name.
  static func field(_ label: String, _ name: String, _ value: String) -> Markup {
    let id = "f-\(name)"
    return Tag.div(.class("field")) {
      Tag.label(.labels(id)) { label }
      Tag.input(.kind("text"), .id(id), .name(name), .value(value))
    }
  }

  /// A choice of values with what they are called.
  static func choice(
    _ label: String, _ name: String, _ value: String, among choices: [(value: String, text: String)]
  ) -> Markup {
    let id = "f-\(name)"
    return Tag.div(.class("field")) {
      Tag.label(.labels(id)) { label }
      Tag.select(.id(id), .name(name)) {
        for (choice, text) in choices {
          Tag.option([.value(choice)] + (choice == value ? [.chosen] : [])) { text }
        }
      }
    }
  }

  /// The rows of a page of so many.
  static func rows<Element>(
    _ all: [Element], _ page: Int, _ count: Int
  ) -> ArraySlice<Element> {
    all.dropFirst(page * count).prefix(count)
  }

  /// Links to the pages before and after one, which is told by a name in the query.
  static func pages(
    _ path: ServerPath, _ name: String, _ page: Int, hasMore: Bool,
    _ words: (before: String, after: String) = ("Previous", "Next")
  ) -> [Markup] {
    guard page > 0 || hasMore else { return [] }
    return [
      Tag.nav(.class("pages"), .label("Pages")) {
        if page > 0 {
          Tag.a(.link(to: path.with(name, page > 1 ? "\(page - 1)" : nil))) { words.before }
          " "
        }
        if hasMore { Tag.a(.link(to: path.with(name, "\(page + 1)"))) { words.after } }
      }
    ]
  }

  /// Facts with their names.
  static func facts(_ facts: [Fact]) -> Markup {
    Tag.dl(.class("facts")) {
      for fact in facts {
        Tag.div {
          Tag.dt { fact.name }
          Tag.dd { fact.value }
        }
      }
    }
  }

  /// Something that is known.
  struct Fact: Sendable {
    let name: String
    let value: [Markup]

    init(_ name: String, _ value: String) { (self.name, self.value) = (name, [.text(value)]) }
    init(_ name: String, @MarkupBuilder value: () -> [Markup]) {
      (self.name, self.value) = (name, value())
    }
    /// Nil where nothing is known.
    init?(_ name: String, _ value: String?) {
      guard let value, !value.isEmpty else { return nil }
      self.init(name, value)
    }
  }
}
