import Checkpoints
import Diagnostics
import JSON
import TestSupport
import Testing
import YAML

@testable import Recipes

/// Recipes for models of different vocabularies against what mergekit 0.1.5 made of them.
struct GoldenVocabularyTests {
  private static let names = ((try? Fixtures.names(in: "merging/tokenizers/recipes")) ?? [])
    .filter { $0.hasSuffix(".yml") }.map { String($0.dropLast(4)) }

  @Test func `there are recipes`() { #expect(Self.names.count >= 40) }

  @Test(arguments: names)
  func `rows are those that mergekit chooses, byte for byte`(name: String) throws {
    let golden = try VocabularyWorld.golden(name)
    guard golden["error"] == nil else { return }
    let merged = try VocabularyWorld(recipe: name)
    let path = Fixtures.path("merging/tokenizers/recipes/\(name).safetensors")
    let wanted = try Checkpoint.open(path)
    let new = golden["new"]?.elements?.compactMap(\.string) ?? []
    let firstNew = golden["tokens"]?.elements?.count ?? 0
    for tensor in wanted.tensors {
      let own = try #require(merged.checkpoint.tensors.first { $0.name == tensor.name })
      #expect(own.dtype == tensor.dtype, "\(tensor.name)")
      let (ownRows, rows) = (try own.rows(), try tensor.rows())
      #expect(ownRows.count == golden["vocab_size"]?.integer, "\(tensor.name)")
      for (place, row) in rows.enumerated() {
        var id = place
        if place >= firstNew, place - firstNew < new.count {
          id = try #require(merged.run.vocabulary?.tokenizer.id(of: new[place - firstNew]))
        }
        #expect(ownRows.count > id && ownRows[id] == row, "\(tensor.name), row \(id)")
      }
    }
  }

  @Test(arguments: names)
  func `tokens have mergekit's ids, new ones any of the new ids`(name: String) throws {
    let golden = try VocabularyWorld.golden(name)
    guard golden["error"] == nil else { return }
    let merged = try VocabularyWorld(recipe: name)
    let tokenizer = try #require(merged.run.tokenizer(merged.recipe, merged.tokenizers))
    let (tokens, new) = (golden["tokens"]?.elements ?? [], golden["new"]?.elements ?? [])
    for (id, token) in tokens.enumerated() {
      #expect(tokenizer.id(of: token.string ?? "") == id, "\(token)")
    }
    #expect(
      Set(new.compactMap { tokenizer.id(of: $0.string ?? "") })
        == Set(tokens.count..<(tokens.count + new.count)))
    #expect(tokenizer.tokens.count == tokens.count + new.count)
    for (text, flags) in golden["added"]?.members ?? [] {
      let entry = tokenizer.added.first { $0.text == text }?.description
      let set = entry?.members?.filter { $0.value == true }.map { JSONValue.string($0.key) } ?? []
      #expect(set.sorted { "\($0)" < "\($1)" } == flags.elements, "\(text)")
    }
  }

  @Test(arguments: names)
  func `files, sizes and templates are mergekit's`(name: String) throws {
    let golden = try VocabularyWorld.golden(name)
    guard golden["error"] == nil else { return }
    let merged = try VocabularyWorld(recipe: name)
    let files = try merged.companions()
    let names = files.map(\.name).filter { !["README.md", "mergekit_config.yml"].contains($0) }
    let wanted = golden["files"]?.elements?.compactMap(\.string) ?? []
    #expect(Set(names) == Set(wanted).subtracting(["model.safetensors", "README.md"]))
    let content = Dictionary(files.map { ($0.name, $0.content) }, uniquingKeysWith: { $1 })
    let configuration = try JSONValue(parsing: content["config.json"] ?? [])
    #expect(configuration["vocab_size"] == golden["vocab_size"])
    guard let template = golden["chat_template"] else { return }
    let own = content["chat_template.jinja"].map { String(decoding: $0, as: UTF8.self) }
    #expect(own == template.string)
  }

  @Test(arguments: names)
  func `what mergekit refuses is refused`(name: String) throws {
    guard try VocabularyWorld.golden(name)["error"] != nil else { return }
    let error = #expect(throws: Rejection.self) { _ = try VocabularyWorld(recipe: name) }
    #expect(error?.message.hasPrefix("line ") == true, "\(error.map { "\($0)" } ?? "")")
  }
}
