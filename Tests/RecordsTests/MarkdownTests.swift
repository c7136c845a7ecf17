import Testing

@testable import Records

struct MarkdownTests {
  @Test(arguments: [
    ("plain text, 1.5 - or so.", "plain text, 1.5 - or so."),
    ("# heading", "\\# heading"), ("- item", "\\- item"), ("+ item", "\\+ item"),
    ("12. item", "12\\. item"), ("12) item", "12\\) item"), ("---", "\\---"), ("===", "\\==="),
    ("    code", "code"), ("\t\n- item", "\\- item"), ("a\n- item", "a - item"),
    ("*a* _b_ `c` ~~d~~", "\\*a\\* \\_b\\_ \\`c\\` \\~\\~d\\~\\~"),
    ("[a](b) ![c](d)", "\\[a\\](b) !\\[c\\](d)"), ("a | b", "a \\| b"), ("$x$", "\\$x\\$"),
    ("<b>&amp;", "&lt;b&gt;&amp;amp;"), ("\\n", "\\\\n"),
    ("https://example.org", "https:\\//example.org"),
    ("a\u{202E}b\u{0}", "a\\\\u\\{202E\\}b\\\\u\\{0\\}"), ("", ""),
  ])
  func `texts are shown as they are`(text: String, markdown: String) {
    #expect(Markdown.escaped(text) == markdown)
  }

  @Test func `a fence is longer than any in the text`() {
    #expect(
      Markdown.fenced(["a", "````", "b"], language: "sh") == "`````sh\na\n````\nb\n`````\n")
  }

  @Test(arguments: [
    ("model.pt", "model.pt"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("-rf", "'./-rf'"),
    ("$(x)", "'$(x)'"), ("", "''"), ("`x`", "'`x`'"),
  ])
  func `words of a command line are one word each`(text: String, word: String) {
    #expect(text.shellWord == word)
  }
}
