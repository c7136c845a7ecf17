import TestSupport
import Testing

struct CalibrateTests {
  private static let fixtures = "language_models/evaluation/"
  private let model = Fixtures.path(fixtures + "model.safetensors")
  private let tokens = Fixtures.path(fixtures + "fineweb_val_*.bin")
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func calibrate(
    _ output: String, _ arguments: String..., environment: [String: String] = [:]
  ) throws -> Command.Outcome {
    try Command.run(
      ["calibrate", model, folder.path(output), "--tokens", tokens, "--sequence-length", "32"]
        + arguments, environment: environment)
  }

  @Test func `statistics of every linear layer are written and told`() throws {
    let run = try calibrate("s.safetensors", "--json")
    #expect(run.status == 0, "\(run.talk)")
    let document = try JSONDocument(run.output)
    #expect(
      document.keys == [
        "schema", "output", "dry_run", "tokens", "sequence_length", "layers", "seconds",
        "warnings",
      ])
    #expect(document["tokens"]?.integer == 192)
    let layers = try #require(document["layers"]?.elements)
    // Three layers of four inputs, the bigram's projection if there is one, and the head.
    #expect(layers.count >= 13)
    #expect(layers.allSatisfy { $0["rows"]?.integer == 192 })
    let inspection = try JSONDocument(
      Command.birdie("inspect", folder.path("s.safetensors"), "--json").output)
    let names = (inspection["tensors"]?.elements ?? []).compactMap { $0["name"]?.text }
    // The names that share it are noted as ties.
    #expect(names.contains("blocks.0.attn.c_k.weight.second_moment"))
    let ties = (inspection["ties"]?.elements ?? []).map { $0.elements.compactMap(\.text) }
    #expect(ties.contains { $0.contains("blocks.0.attn.c_q.weight.second_moment") })
    #expect(names.contains("tok_emb.weight.abs_max"))
  }

  @Test func `threads and instruction sets change no byte`() throws {
    for (name, threads) in [("one", "1"), ("two", "2"), ("five", "5")] {
      #expect(try calibrate(name, "--threads", threads).status == 0)
    }
    #expect(try folder.bytes("one") == folder.bytes("two"))
    #expect(try folder.bytes("one") == folder.bytes("five"))
    for isa in ["portable", "avx2"] {
      let environment = ["BIRDIE_REPRODUCIBLE": "1", "BIRDIE_ISA": isa]
      #expect(try calibrate(isa, environment: environment).status == 0)
    }
    #expect(try folder.bytes("portable") == folder.bytes("avx2"))
  }

  @Test func `a rehearsal writes nothing, and an output is kept`() throws {
    let rehearsal = try calibrate("s.safetensors", "--dry-run", "--tensors", "*.mlp.*")
    #expect(rehearsal.status == 0 && rehearsal.output.contains("would write"))
    #expect(!rehearsal.output.contains("attn"))
    #expect(folder.names.isEmpty)
    _ = try folder.write("s.safetensors", [1, 2, 3])
    let refused = try calibrate("s.safetensors")
    #expect(refused.status == 73 && refused.talk.contains("error[F02]"))
    #expect(try folder.bytes("s.safetensors") == [1, 2, 3])
    #expect(try calibrate("s.safetensors", "--force").status == 0)
    #expect(folder.names == ["s.safetensors"])
  }

  @Test func `an output never replaces what it is made from`() throws {
    let copy = try folder.write("model.safetensors", TemporaryFolder.bytes(of: model))
    let config = Fixtures.path(Self.fixtures + "config.json")
    let run = try Command.birdie(
      "calibrate", copy, copy, "--arch", config, "--tokens", tokens, "--sequence-length", "32",
      "--force")
    #expect(run.status == 73 && run.talk.contains("error[F02]"))
    #expect(try folder.bytes("model.safetensors") == TemporaryFolder.bytes(of: model))
  }

  @Test(arguments: ["model.safetensors", "config.json"])
  func `an output replaces no file of the folder that it is made from`(name: String) throws {
    let original = try TemporaryFolder.bytes(of: model)
    let config = try TemporaryFolder.bytes(of: Fixtures.path(Self.fixtures + "config.json"))
    _ = try folder.write("model.safetensors", original)
    _ = try folder.write("config.json", config)
    let run = try Command.birdie(
      "calibrate", folder.root, folder.path(name), "--tokens", tokens, "--sequence-length", "32",
      "--force")
    #expect(run.status == 73 && run.talk.contains("error[F02]"))
    #expect(try folder.bytes("model.safetensors") == original)
    #expect(try folder.bytes("config.json") == config)
  }

  @Test func `what cannot be gathered is refused by name`() throws {
    let none = try calibrate("s", "--tensors", "nothing*")
    #expect(none.status == 65 && none.talk.contains("error[H02]"))
    let short = try calibrate("s", "--max-tokens", "31")
    #expect(short.status == 64)
    #expect(folder.names.isEmpty)
  }
}
