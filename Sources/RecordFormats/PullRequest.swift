/// The number by which people name a record: that of its pull request to the challenge.
package enum PullRequest {
  /// How a sentence names one.
  package static func text(of number: Int) -> String { "PR #\(number)" }

  /// The first number after a `#` in a sentence, if a pull request can have it.
  package static func number(inSentence text: String) -> Int? {
    guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "#")) else { return nil }
    return number(text.utf8[text.utf8.index(after: mark)...])
  }

  /// The number of the pull request that an address leads to, if it leads to one.
  package static func number(inAddress text: String) -> Int? {
    guard let mark = text.firstRange(of: "/pull/") else { return nil }
    return number(text.utf8[mark.upperBound...])
  }

  private static func number(_ text: Substring.UTF8View) -> Int? {
    let digits = text.prefix { (0x30...0x39).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self)).flatMap { $0 > 0 ? $0 : nil }
  }
}
