import TestSupport
import Testing

/// `birdie align` on small models.
@Suite(.timeLimit(.minutes(10)))
struct AlignTests {
  private let folder: TemporaryFolder
  private static let models = Fixtures.path("merging/models")

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: ["llama", "gpt2", "mistral"])
  func `a folder has all that loading the model takes`(family: String) throws {
    let (model, reference) = ("\(Self.models)/\(family)-a", "\(Self.models)/\(family)-b")
    let run = try Command.birdie("align", model, folder.path("out"), "--to", reference, "--json")
    #expect(run.status == 0, "\(run.talk)")
    #expect(folder.names(in: "out") == ["config.json", "model.safetensors"])
    let document = try JSONDocument(run.output)
    #expect(
      document.keys == ["schema", "align", "output", "files", "seconds", "warnings"])
    let found = try #require(document["align"])
    #expect(
      found.keys == [
        "model", "reference", "units", "moved", "sweeps", "distance_before", "distance_after",
        "groups",
      ])
    let kinds = Set(found["groups"]?.elements.compactMap { $0["kind"]?.text } ?? [])
    #expect(kinds == ["channels", "hidden_units", "heads"])
    let again = try Command.birdie("align", model, folder.path("out"), "--to", reference)
    #expect(again.status == 73)
  }

  @Test func `the same bytes on any number of threads and for every form of output`() throws {
    let (model, reference) = (Self.models + "/llama-a", Self.models + "/llama-b")
    let run = try Command.shell(
      """
      cd \(folder.root)
      align() { "$birdie" align \(model) "$@" --to \(reference) -q || exit 1; }
      align one.safetensors --threads 1
      align two.safetensors --threads 2
      align three.pt
      align four --max-shard-size 10kB
      cmp one.safetensors two.safetensors || exit 2
      "$birdie" diff one.safetensors three.pt -q || exit 3
      "$birdie" diff one.safetensors four -q || exit 4
      [ "$(ls four | wc -l)" -gt 3 ] || exit 5
      """)
    #expect(run.status == 0, "\(run.status) \(run.talk)")
  }

  @Test func `what was found is told`() throws {
    let model = Self.models + "/llama-a"
    let run = try Command.birdie("align", model, folder.path("out.pt"), "--to", model)
    #expect(run.status == 0, "\(run.talk)")
    #expect(run.output.contains("groups: 1 of channels, "))
    #expect(run.output.contains("moved     0 of "))
    #expect(run.output.contains("distance  0 before, 0 after"))
  }

  @Test(arguments: ["deep-a", "gpt2-a"])
  func `models of other shapes are refused, and nothing is written`(other: String) throws {
    let run = try Command.birdie(
      "align", Self.models + "/llama-a", folder.path("out"), "--to", Self.models + "/" + other)
    #expect(run.status == 65 && run.talk.contains("error[M13]"), "\(run.talk)")
    #expect(!folder.names.contains("out"))
  }

  @Test func `shards are about folders`() throws {
    let run = try Command.birdie(
      "align", "a", folder.path("out.pt"), "--to", "b", "--max-shard-size", "1MB")
    #expect(run.status == 64)
  }
}
