internal import Pages

/// The text of a paragraph: emphasis, code, and links to the web. What is none of these, or not
/// closed soon, is text as it stands.
struct MarkdownText {
  private let bytes: [UInt8]
  private let depth: Int
  private(set) var markup: [Markup] = []
  private var plain: [UInt8] = []

  /// How far the end of anything is looked for: time grows with the text, not with its square.
  private static let reach = 400
  private static let greatestDepth = 3

  init(_ text: String, depth: Int = 0) {
    self.init(Array(text.utf8), depth: depth)
  }

  private init(_ bytes: [UInt8], depth: Int) {
    (self.bytes, self.depth) = (bytes, depth)
    var position = 0
    while position < bytes.count { position = step(at: position) }
    endPlain()
  }

  /// Takes what begins at a position, and gives where it ends.
  private mutating func step(at position: Int) -> Int {
    let end: Int? =
      switch bytes[position] {
      case UInt8(ascii: "\\"): escape(at: position)
      case UInt8(ascii: "&"): reference(at: position)
      case UInt8(ascii: "`"): code(at: position)
      case UInt8(ascii: "*"): emphasis(at: position)
      case UInt8(ascii: "!"): picture(at: position)
      case UInt8(ascii: "["): link(at: position)
      case UInt8(ascii: "<"): address(at: position)
      case UInt8(ascii: "h"): bareAddress(at: position)
      default: nil
      }
    if let end { return end }
    plain.append(bytes[position])
    return position + 1
  }

  private mutating func endPlain() {
    guard !plain.isEmpty else { return }
    markup.append(.text(String(decoding: plain, as: UTF8.self)))
    plain = []
  }

  private mutating func add(_ piece: Markup) {
    endPlain()
    markup.append(piece)
  }

  /// Where some bytes stand next, if that is near.
  private func next(_ wanted: String, from start: Int) -> Int? {
    let (wanted, end) = (Array(wanted.utf8), min(bytes.count, start + Self.reach))
    var position = start
    while position + wanted.count <= end {
      if bytes[position] == wanted[0], bytes[position...].starts(with: wanted) { return position }
      position += 1
    }
    return nil
  }

  /// Where the bracket closes that was opened before `start`, if that is near.
  private func closing(from start: Int) -> Int? {
    var depth = 0
    for position in start..<max(start, min(bytes.count, start + Self.reach)) {
      if bytes[position] == UInt8(ascii: "(") { depth += 1 }
      guard bytes[position] == UInt8(ascii: ")") else { continue }
      if depth == 0 { return position }
      depth -= 1
    }
    return nil
  }

  private func inner(_ range: Range<Int>) -> [Markup] {
    let part = Array(bytes[range])
    guard depth < Self.greatestDepth else { return [.text(String(decoding: part, as: UTF8.self))] }
    return MarkdownText(part, depth: depth + 1).markup
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }
}

extension MarkdownText {
  private mutating func escape(at position: Int) -> Int? {
    guard position + 1 < bytes.count,
      "\\`*_{}[]()#+-.!|<>~&\"'$:/".utf8.contains(bytes[position + 1])
    else { return nil }
    plain.append(bytes[position + 1])
    return position + 2
  }

  /// The few references that writers of cards use for signs with a meaning.
  private mutating func reference(at position: Int) -> Int? {
    let known = [
      ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\""), ("&#39;", "'"),
      ("&#124;", "|"), ("&nbsp;", " "),
    ]
    guard let found = known.first(where: { bytes[position...].starts(with: $0.0.utf8) }) else {
      return nil
    }
    plain += Array(found.1.utf8)
    return position + found.0.utf8.count
  }

  private mutating func code(at position: Int) -> Int? {
    let start = bytes[position...].firstIndex { $0 != UInt8(ascii: "`") } ?? bytes.count
    let fence = String(repeating: "`", count: min(start - position, 8))
    guard start < bytes.count, start - position <= 8, let end = next(fence, from: start) else {
      plain += bytes[position..<start]
      return start
    }
    let code = text(start..<end)
    add(Tag.code { code })
    return end + fence.utf8.count
  }

  private mutating func emphasis(at position: Int) -> Int? {
    let isStrong = bytes[position...].starts(with: "**".utf8)
    let sign = isStrong ? "**" : "*"
    let start = position + sign.utf8.count
    guard start < bytes.count, bytes[start] != UInt8(ascii: " "),
      let end = next(sign, from: start), end > start, bytes[end - 1] != UInt8(ascii: " ")
    else {
      plain += Array(sign.utf8)
      return start
    }
    let content = inner(start..<end)
    add((isStrong ? Tag.strong : Tag.em)([]) { content })
    return end + sign.utf8.count
  }

  /// Pictures are not loaded: their text stands for them.
  private mutating func picture(at position: Int) -> Int? {
    guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "["),
      let (label, _, end) = linkParts(at: position + 1)
    else { return nil }
    plain += Array("[picture: ".utf8) + bytes[label] + Array("]".utf8)
    return end
  }

  private mutating func link(at position: Int) -> Int? {
    guard let (label, target, end) = linkParts(at: position) else { return nil }
    let content = inner(label)
    let address = text(target).prefix { $0 != " " }
    if let attributes = Attribute.link(toWeb: String(address)) {
      add(Tag.a(attributes) { content })
    } else {
      // Anywhere else the link might lead to is not followed, but its text is still read.
      endPlain()
      markup += content
    }
    return end
  }

  private func linkParts(at position: Int) -> (label: Range<Int>, target: Range<Int>, end: Int)? {
    guard let middle = next("](", from: position + 1), let end = closing(from: middle + 2) else {
      return nil
    }
    return ((position + 1)..<middle, (middle + 2)..<end, end + 1)
  }

  /// An address between angle brackets.
  private mutating func address(at position: Int) -> Int? {
    guard bytes[(position + 1)...].starts(with: "http".utf8),
      let end = next(">", from: position + 1)
    else { return nil }
    let address = text((position + 1)..<end)
    guard let attributes = Attribute.link(toWeb: address) else { return nil }
    add(Tag.a(attributes) { address })
    return end + 1
  }

  private mutating func bareAddress(at position: Int) -> Int? {
    let rest = bytes[position...]
    guard depth == 0, rest.starts(with: "http://".utf8) || rest.starts(with: "https://".utf8) else {
      return nil
    }
    var end = position
    while end < bytes.count, end - position < 2000, bytes[end] > 0x20, bytes[end] < 0x7F,
      !"<>\"'`\\^{|}()[]*".utf8.contains(bytes[end])
    {
      end += 1
    }
    while end > position, ".,;:!?".utf8.contains(bytes[end - 1]) { end -= 1 }
    let address = text(position..<end)
    guard let attributes = Attribute.link(toWeb: address) else { return nil }
    add(Tag.a(attributes) { address })
    return end
  }
}
