internal import Diagnostics

/// Text of strangers in Markdown: shown as it is, and never as markup.
enum Markdown {
  /// A text within a line. What Markdown or HTML would act on is escaped, line ends become spaces.
  static func escaped(_ text: String) -> String {
    var result = ""
    // Headings, lists and rules begin a line; this text has only one, which it may begin.
    var isStart = true
    var last: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      defer { last = scalar }
      switch scalar {
      case "\n", "\r", "\t", " ":
        // Four spaces in front would make a block of code.
        if !result.isEmpty { result += " " }
        continue
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "0"..."9" where isStart: result.unicodeScalars.append(scalar)
      case "/" where last == ":": result += "\\/"
      case _ where isMarkup(scalar) || (isStart && beginsBlock(scalar)):
        result += "\\" + String(scalar)
      case _ where scalar.isInvisible: result += String(scalar).printable.escapedSigns
      default: result.unicodeScalars.append(scalar)
      }
      isStart = isStart && ("0"..."9").contains(scalar)
    }
    return result
  }

  /// What can begin or end markup within a line, in CommonMark, GitHub's tables or mathematics.
  private static func isMarkup(_ scalar: Unicode.Scalar) -> Bool {
    "\\`*_{}[]|~$".unicodeScalars.contains(scalar)
  }

  /// What can begin a block, alone or behind digits.
  private static func beginsBlock(_ scalar: Unicode.Scalar) -> Bool {
    "#+-=.)!:".unicodeScalars.contains(scalar)
  }

  /// Lines between fences that they cannot close.
  static func fenced(_ lines: [String], language: String) -> String {
    var fence = "```"
    while lines.contains(where: { $0.contains(fence) }) { fence += "`" }
    return ([fence + language] + lines + [fence]).joined(separator: "\n") + "\n"
  }

  /// A row of a table.
  static func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
}

extension String {
  /// `\u{202E}` with its signs escaped for Markdown.
  fileprivate var escapedSigns: String {
    unicodeScalars.reduce(into: "") { result, scalar in
      if ["\\", "{", "}"].contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
  }

  /// The text as one word of a shell's command line.
  var shellWord: String {
    let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-+".utf8)
    guard isEmpty || !utf8.allSatisfy(plain.contains) || hasPrefix("-") else { return self }
    let word = hasPrefix("-") ? "./" + self : self
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
