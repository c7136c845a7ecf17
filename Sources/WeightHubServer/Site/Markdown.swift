internal import Pages

/// A small part of Markdown: headings, paragraphs, lists, tables, quotes and code. Everything else,
/// HTML above all, is text.
struct Markdown: Sendable {
  private enum Block {
    case heading(Int, String)
    case paragraph(String)
    case quote(String)
    case item(isNumbered: Bool, String)
    case code([Substring])
    case table([[String]])
  }

  private var blocks: [Block] = []
  /// The lines of the paragraph that is being read.
  private var paragraph: [Substring] = []

  private static let mostLines = 5000
  private static let mostColumns = 30

  /// Whether the text goes on after what is shown.
  let isCut: Bool

  /// Reads a card; its front matter is left out.
  init(_ text: String) {
    let all = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    isCut = all.count > Self.mostLines
    var lines = FrontMatter.cut(all.prefix(Self.mostLines)).body
    while let line = lines.popFirst() { read(line, before: &lines) }
    endParagraph()
  }

  private mutating func read(_ line: Substring, before lines: inout ArraySlice<Substring>) {
    let text = line.drop { $0 == " " || $0 == "\t" }
    if text.isEmpty || Self.isRule(text) || text.hasPrefix("<!--") && text.hasSuffix("-->") {
      endParagraph()
    } else if let fence = Self.fence(text) {
      endParagraph()
      blocks.append(.code(Self.code(until: fence, from: &lines)))
    } else if let (level, heading) = Self.heading(text) {
      endParagraph()
      blocks.append(.heading(level, heading))
    } else if text.hasPrefix(">") {
      endParagraph()
      blocks.append(.quote(String(text.dropFirst())))
    } else if let item = Self.item(text) {
      endParagraph()
      blocks.append(.item(isNumbered: item.isNumbered, item.text))
    } else if text.hasPrefix("|"), lines.first.map(Self.isTableRule) == true {
      endParagraph()
      blocks.append(.table(Self.table(from: text, &lines)))
    } else {
      paragraph.append(text)
    }
  }

  private mutating func endParagraph() {
    guard !paragraph.isEmpty else { return }
    blocks.append(.paragraph(paragraph.joined(separator: " ")))
    paragraph = []
  }
}

/// Lines.
extension Markdown {
  private static func isRule(_ text: Substring) -> Bool {
    let signs = text.filter { $0 != " " }
    return signs.count >= 3 && ["-", "*", "_"].contains { sign in signs.allSatisfy { $0 == sign } }
  }

  private static func fence(_ text: Substring) -> Substring? {
    ["`", "~"].lazy.map { sign in text.prefix { $0 == sign } }.first { $0.count >= 3 }
  }

  private static func code(
    until fence: Substring, from lines: inout ArraySlice<Substring>
  ) -> [Substring] {
    var code: [Substring] = []
    while let line = lines.popFirst() {
      if line.drop(while: { $0 == " " }).hasPrefix(fence) { break }
      code.append(line)
    }
    return code
  }

  private static func heading(_ text: Substring) -> (level: Int, text: String)? {
    let signs = text.prefix { $0 == "#" }
    let rest = text.dropFirst(signs.count)
    guard (1...6).contains(signs.count), rest.first == " " else { return nil }
    return (signs.count, String(rest.dropFirst()))
  }

  private static func item(_ text: Substring) -> (text: String, isNumbered: Bool)? {
    if let sign = text.first, "-*+".contains(sign), text.dropFirst().first == " " {
      return (String(text.dropFirst(2)), false)
    }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let rest = text.dropFirst(digits.count)
    guard (1...9).contains(digits.count), rest.hasPrefix(". ") || rest.hasPrefix(") ") else {
      return nil
    }
    return (String(rest.dropFirst(2)), true)
  }

  private static func isTableRule(_ line: Substring) -> Bool {
    line.contains("-") && line.allSatisfy { "|-: \t".contains($0) }
  }

  private static func table(
    from first: Substring, _ lines: inout ArraySlice<Substring>
  ) -> [[String]] {
    var rows = [cells(first)]
    _ = lines.popFirst()
    while let line = lines.first, line.drop(while: { $0 == " " }).hasPrefix("|") {
      rows.append(cells(line))
      lines.removeFirst()
    }
    return rows
  }

  private static func cells(_ line: Substring) -> [String] {
    var (cells, cell, isEscaped) = ([String](), "", false)
    for sign in line.drop(while: { $0 == " " }).dropFirst() {
      if sign == "|", !isEscaped {
        cells.append(cell)
        cell = ""
      } else {
        cell.append(sign)
      }
      isEscaped = sign == "\\" && !isEscaped
    }
    if cell.contains(where: { $0 != " " }) { cells.append(cell) }
    return Array(cells.prefix(mostColumns))
  }
}

/// As elements. The page has headings above those of the text, which therefore begin at the third.
extension Markdown {
  /// The text.
  var markup: [Markup] {
    var rest = blocks[...]
    var pieces: [Markup] = []
    while let block = rest.first {
      let group = rest.prefix { Self.belongs($0, with: block) }
      rest = rest.dropFirst(max(group.count, 1))
      pieces.append(group.isEmpty ? Self.markup(block) : Self.markup(of: group))
    }
    return pieces
  }

  /// Whether two blocks are parts of one list or of one quote.
  private static func belongs(_ block: Block, with first: Block) -> Bool {
    switch (block, first) {
    case (.item(let a, _), .item(let b, _)): a == b
    case (.quote, .quote): true
    default: false
    }
  }

  private static func markup(of group: ArraySlice<Block>) -> Markup {
    let texts = group.map { block in
      switch block {
      case .item(_, let text), .quote(let text): text
      default: ""
      }
    }
    guard case .item(let isNumbered, _)? = group.first else {
      return Tag.p(.class("quote")) { MarkdownText(texts.joined(separator: " ")).markup }
    }
    return (isNumbered ? Tag.ol : Tag.ul)([]) {
      for text in texts { Tag.li { MarkdownText(text).markup } }
    }
  }

  private static func markup(_ block: Block) -> Markup {
    switch block {
    case .heading(let level, let text):
      (level == 1 ? Tag.h3 : Tag.h4)([]) { MarkdownText(text).markup }
    case .paragraph(let text), .quote(let text), .item(_, let text):
      Tag.p { MarkdownText(text).markup }
    case .code(let lines): SiteParts.lines(lines.joined(separator: "\n"))
    case .table(let rows): table(rows)
    }
  }

  private static func table(_ rows: [[String]]) -> Markup {
    Tag.div(.class("scroll"), .focusable, .role("region"), .label("Table of the text")) {
      Tag.table {
        Tag.thead {
          Tag.tr {
            for cell in rows.first ?? [] {
              Tag.th(.scope("col")) { MarkdownText(cell).markup }
            }
          }
        }
        Tag.tbody {
          for row in rows.dropFirst() {
            Tag.tr { for cell in row { Tag.td { MarkdownText(cell).markup } } }
          }
        }
      }
    }
  }
}
