import Pages
import TestSupport
import Testing

@testable import WeightHubServer

/// The text of strangers stays text, and links lead to the web or nowhere.
struct SiteTextTests {
  private func html(_ text: String) -> String {
    Markdown(text).markup.map(\.html).joined().replacing("\n", with: "")
  }

  @Test(arguments: [
    ("# Title\ntext", "<h3>Title</h3><p>text</p>"), ("### Low", "<h4>Low</h4>"),
    ("a\nb\n\nc", "<p>a b</p><p>c</p>"),
    ("**b** *e* `c`", "<p><strong>b</strong> <em>e</em> <code>c</code></p>"),
    ("- a\n- b\n1. c", "<ul><li>a</li><li>b</li></ul><ol><li>c</li></ol>"),
    ("> a\n> b", "<p class=\"quote\"> a  b</p>"), ("10min\\_16mb &lt;", "<p>10min_16mb &lt;</p>"),
    ("---\nlicense: mit\n---\nx", "<p>x</p>"), ("<!-- seen by nobody -->", ""),
    ("2 * 3 * 4 and **open", "<p>2 * 3 * 4 and **open</p>"),
  ])
  func `a card is shown as it was meant`(text: String, wanted: String) {
    #expect(html(text) == wanted)
  }

  @Test(arguments: [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "# <b>x</b>", "- <b>",
    "`<b>`", "**<b>**", "| <b> |\n| - |\n| <b> |", "```\n<b>\n```", "> <b>", "[<b>](https://a.b)",
  ])
  func `HTML is text`(text: String) {
    #expect(!html(text).contains("<b>") && !html(text).contains("<script"))
    #expect(!html(text).contains("<img"))
  }

  @Test(arguments: [
    "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,a)", "[x](//a.b)",
    "[x](/local)", "[x](java&#115;cript:a)", "[x](https:a)", "[x](http://)",
    "[x](https://a\"onclick=b)", "<javascript:alert(1)>", "![x](https://a.b/c.png)",
    "[x](vbscript:a)", "[x]( https://a.b)", "[x](ftp://a.b)",
  ])
  func `what is no address of the web is no link`(text: String) {
    #expect(!html(text).contains("href"))
  }

  @Test(arguments: ["[x](https://a.b/c_(d)?e=f&g=1#h)", "<https://a.b/>", "see https://a.b/x."])
  func `addresses of the web are links that say nothing of the reader`(text: String) {
    #expect(html(text).contains("<a href=\"https://a.b/"))
    #expect(html(text).contains("rel=\"noreferrer nofollow\""))
  }

  @Test func `a hostile text is read in time that grows with its length`() {
    for piece in ["[", "![", "*", "**a", "`", "<http", "|", "[x](", "\\"] {
      let text = "a" + String(repeating: piece, count: 20_000 / piece.utf8.count)
      #expect(!Markdown(text).markup.isEmpty)
    }
  }

  @Test(arguments: [
    (["a", "b c"], "/a/b%20c"), (["..", "a", ".", ""], "/a"), (["a/b", "?x#y"], "/a%2Fb/%3Fx%23y"),
    (["//evil.example"], "/%2F%2Fevil.example"), (["é\""], "/%C3%A9%22"), ([], "/"),
  ])
  func `a path leads to the same server`(parts: [String], text: String) {
    #expect(ServerPath(parts).text == text)
  }

  @Test func `a query has each name once and escapes values`() {
    let path = ServerPath(["x"], query: ["a": "1&b=2", "c": nil]).with("a", "é").with("d", "+ ")
    #expect(path.text == "/x?a=%C3%A9&d=%2B%20")
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (16_000_000, "16,000,000"), (-1234, "−1,234"),
  ])
  func `digits stand in groups`(number: Int, text: String) {
    #expect(SiteNumber.grouped(number) == text)
  }

  @Test(arguments: [
    (1.22436, 4, "1.2244"), (0.05, 1, "0.1"), (-0.00004, 4, "0.0000"), (-1.5, 2, "−1.50"),
    (2, 0, "2"), (1e300, 4, "1e+300"),
  ])
  func `decimals are rounded`(value: Double, digits: Int, text: String) {
    #expect(SiteNumber.fixed(value, digits: digits) == text)
  }

  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (15_863_489, "15.9 MB"), (999_999, "1.00 MB"),
  ])
  func `sizes are in powers of a thousand`(count: Int, text: String) {
    #expect(SiteNumber.bytes(count) == text)
  }

  @Test(arguments: [
    ("a/b-c.d", "a/b-c.d"), ("a b", "'a b'"), ("$(rm)", "'$(rm)'"), ("a'b", "'a'\\''b'"),
    ("", "''"), ("-rf", "'-rf'"), ("*", "'*'"),
  ])
  func `a word of a command stays one word`(word: String, quoted: String) {
    #expect(UseCommands.quoted(word) == quoted)
  }
}
