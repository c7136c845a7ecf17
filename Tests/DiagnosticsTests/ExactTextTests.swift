import Diagnostics
import Testing

struct ExactTextTests {
  @Test func `the same letter composed and decomposed are two names`() {
    #expect("\u{E9}" == "e\u{301}")
    #expect(ExactText("\u{E9}") != ExactText("e\u{301}"))
  }
}
