import Testing

@testable import Publishing

/// What of an earlier publication goes.
struct PublicationTests {
  private func leftovers(_ there: [String], _ files: [String]) -> [String] {
    Publication.leftovers(of: "records/t/one", among: there, besides: files)
  }

  @Test func `files that are no part of the record any more go`() {
    let kept = "records/t/one/manifest.json"
    let old = ["records/t/one/model.sig", "records/t/one/old/x.log"]
    #expect(leftovers(old + [kept], [kept]) == old)
  }

  @Test func `files of others stay`() {
    let others = ["README.md", "index.json", "records/t/one-more/a", "records/t/two/a"]
    #expect(leftovers(others, []).isEmpty)
  }

  @Test func `a folder with its own manifest is another record`() {
    let other = ["records/t/one/seed_7/manifest.json", "records/t/one/seed_7/model.safetensors"]
    #expect(leftovers(other + ["records/t/one/a"], []) == ["records/t/one/a"])
  }

  @Test func `names of the same look are not the same`() {
    #expect(
      leftovers(["records/t/one/a\u{308}"], ["records/t/one/\u{E4}"]) == ["records/t/one/a\u{308}"])
  }
}
