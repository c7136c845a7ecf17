import Pages
import Testing

struct MarkupTests {
  @Test(arguments: [
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    (
      "</style></svg><img src=x onerror=alert(1)>",
      "&lt;/style&gt;&lt;/svg&gt;&lt;img src=x onerror=alert(1)&gt;"
    ),
    ("a&amp;b", "a&amp;amp;b"),
    ("\"' onload='x", "&quot;&#39; onload=&#39;x"),
    ("\u{202E}gpj\u{0}\u{1B}[2J", "\\u{202E}gpj\\u{0}\\u{1B}[2J"),
    ("größe.重み", "größe.重み"),
  ])
  func `a name is nothing but text, whatever it is`(name: String, escaped: String) {
    #expect(Tag.td { name }.html == "<td>\(escaped)</td>")
  }

  @Test func `an attribute ends where it was meant to`() {
    let link = Tag.a(.label("\"><script>"), .link(to: "x\" onclick=\"y")) { "t" }
    #expect(
      link.html
        == "<a aria-label=\"&quot;&gt;&lt;script&gt;\" href=\"#x&quot; onclick=&quot;y\">t</a>")
  }

  @Test func `a link leads to a place of the same page`() {
    let link = Tag.a(.link(to: "javascript:alert(1)")) { "t" }
    #expect(link.html == "<a href=\"#javascript:alert(1)\">t</a>")
  }

  @Test func `elements without content have no end`() {
    #expect(Tag.meta().html == "<meta>")
  }

  @Test(arguments: [
    (0.0, "0"), (-0.004, "0"), (1.5, "1.5"), (-2.25, "-2.25"), (3.141592, "3.14"), (7.05, "7.05"),
    (.nan, "0"), (-.infinity, "0"), (1e300, "1000000000"),
  ])
  func `coordinates are plain numbers`(value: Double, text: String) {
    let line = Tag.line(Attribute.at(value, 0))
    #expect(line.html == "<line x=\"\(text)\" y=\"0\"></line>\n")
  }

  @Test func `a page tells its browser to load nothing`() {
    let page = Page(title: "<b>", style: "p { color: red }") { Tag.p { "x" } }.html
    #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    #expect(
      page.contains("content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"))
    #expect(page.contains("<title>&lt;b&gt;</title>"))
    #expect(page.contains("<style>p { color: red }</style>"))
  }
}
