internal import Diagnostics

/// Text of strangers in Markdown: shown as it is, and never as markup.
enum Markdown {
  /// A text within a line. What Markdown or HTML would act on is escaped, line ends become spaces.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\n", "\r", "\t": result += " "
      case _ where scalar.isInvisible: result += String(scalar).printable.replacingBackslash
      case _ where isMarkup(scalar): result += "\\" + String(scalar)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// ASCII punctuation that can begin or end markup: all of it may be escaped, so all of it is that
  /// has any meaning in CommonMark, GitHub's tables or mathematics.
  private static func isMarkup(_ scalar: Unicode.Scalar) -> Bool {
    "\\`*_{}[]()#+-.!|~$=:@\"'".unicodeScalars.contains(scalar)
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
  fileprivate var replacingBackslash: String {
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
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }
}
