import TestSupport
import Testing

/// `birdie lora` on adapters by PEFT, and merges and calibrations with what belongs to models.
@Suite(.timeLimit(.minutes(10)))
struct LoRATests {
  private let folder: TemporaryFolder
  private static let fixtures = Fixtures.path("adapters")

  init() throws { folder = try TemporaryFolder() }

  private func adapter(_ name: String) -> String { "\(Self.fixtures)/\(name)" }
  private func model(_ name: String) -> String { adapter(name) + "/model.safetensors" }

  /// Whether two checkpoints are the same up to a rounding of float32.
  private func expectClose(_ path: String, _ other: String) throws {
    let run = try Command.birdie(
      "convert", other, folder.path("wanted.safetensors"), "--dtype", "f32", "--force")
    #expect(run.status == 0, "\(run.talk)")
    let diff = try Command.birdie("diff", path, folder.path("wanted.safetensors"), "--json")
    let largest = try JSONDocument(diff.output)["tensors"]?.elements.compactMap {
      $0["max_abs"]?.number
    }
    #expect((largest ?? []).allSatisfy { $0 < 1e-6 }, "\(diff.output)")
  }

  @Test(arguments: ["plain", "conv1d"])
  func `applied adapters are what a recipe with them makes`(name: String) throws {
    let run = try Command.birdie(
      "lora", "apply", model(name), adapter(name), folder.path("out.safetensors"))
    #expect(run.status == 0, "\(run.talk)")
    let recipe = try folder.write(
      "recipe.yml",
      Array(
        "merge_method: passthrough\nmodels: [{model: '\(model(name))+\(adapter(name))'}]".utf8))
    let merge = try Command.birdie("merge", recipe, folder.path("merged.safetensors"), "--raw")
    #expect(merge.status == 0, "\(merge.talk)")
    let diff = try Command.birdie(
      "diff", folder.path("out.safetensors"), folder.path("merged.safetensors"))
    #expect(diff.status == 0, "\(diff.output)")
    try expectClose(folder.path("out.safetensors"), adapter(name) + "/merged.safetensors")
  }

  @Test func `what is extracted is written as PEFT reads it`() throws {
    _ = try Command.birdie(
      "lora", "apply", model("plain"), adapter("plain"), folder.path("tuned.safetensors"))
    let run = try Command.birdie(
      "lora", "extract", folder.path("tuned.safetensors"), folder.path("adapter"), "--base",
      model("plain"), "--rank", "2", "--dtype", "bfloat16", "--json")
    #expect(run.status == 0, "\(run.talk)")
    let layers = try JSONDocument(run.output)["layers"]?.elements
    #expect(layers?.count == 2 && layers?.first?["rank"]?.integer == 2)
    #expect(folder.names(in: "adapter") == ["adapter_config.json", "adapter_model.safetensors"])
    let config = try JSONDocument(
      String(decoding: folder.bytes("adapter/adapter_config.json"), as: UTF8.self))
    #expect(config["peft_type"]?.text == "LORA" && config["r"]?.integer == 2)
    let found = try JSONDocument(
      Command.birdie(
        "inspect", folder.path("adapter/adapter_model.safetensors"), "--json"
      ).output)
    let name = "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight"
    let factor = found["tensors"]?.elements.first { $0["name"]?.text == name }
    #expect(factor?["dtype"]?.text == "BF16")
    let again = try Command.birdie(
      "lora", "extract", folder.path("tuned.safetensors"), folder.path("adapter"), "--base",
      model("plain"))
    #expect(again.status == 73)
  }

  @Test func `merged adapters apply`() throws {
    let run = try Command.birdie(
      "lora", "merge", folder.path("both"), adapter("pair/first"), adapter("pair/second"),
      "--weight", "0.7", "--weight", "0.4", "--method", "cat")
    #expect(run.status == 0, "\(run.talk)")
    let apply = try Command.birdie(
      "lora", "apply", model("plain"), folder.path("both"), folder.path("out/"))
    #expect(apply.status == 0, "\(apply.talk)")
    #expect(folder.names(in: "out").contains("model.safetensors"))
  }

  @Test(arguments: [
    (["apply", "MODEL/conv1d", "ADAPTER/plain", "OUT"], 65, "J02"),
    (["apply", "MODEL/plain", "MODEL/plain", "OUT"], 65, "J01"),
    (["extract", "MODEL/plain", "OUT", "--base", "MODEL/plain"], 65, "J04"),
    (["extract", "MODEL/plain", "OUT", "--base", "MODEL/conv1d"], 65, "J02"),
    (["extract", "MODEL/plain", "OUT", "--base", "MODEL/plain", "--rank", "0"], 64, "U01"),
    (["merge", "OUT", "ADAPTER/plain", "--weight", "1", "--weight", "2"], 64, "U01"),
    (["merge", "OUT", "ADAPTER/magnitudes"], 65, "J03"),
    (["merge", "OUT", "ADAPTER/plain", "--method", "cat", "--rank", "2"], 64, "U01"),
  ])
  func `what does not fit is refused`(words: [String], status: Int32, rule: String) throws {
    let arguments = words.map { word in
      if word.hasPrefix("MODEL/") { return model(String(word.dropFirst(6))) }
      if word.hasPrefix("ADAPTER/") { return adapter(String(word.dropFirst(8))) }
      return word == "OUT" ? folder.path("out") : word
    }
    let run = try Command.run(["lora"] + arguments)
    #expect(run.status == status && run.talk.contains("error[\(rule)]"), "\(run.talk)")
    #expect(!folder.names.contains("out"))
  }

  // MARK: What merges know of models

  @Test func `models are merged by what is known of them, and chosen by what they lose`() throws {
    let place = Fixtures.path("language_models/evaluation")
    let tokens = place + "/fineweb_val_*.bin"
    let model = place + "/model.safetensors"
    for (name, flag) in [("fisher", ["--fisher"]), ("moments", [])] {
      let run = try Command.run(
        ["calibrate", model, folder.path(name), "--tokens", tokens, "--max-tokens", "256"]
          + ["--sequence-length", "64"] + flag)
      #expect(run.status == 0, "\(run.talk)")
    }
    _ = try Command.birdie("convert", model, folder.path("two.safetensors"))
    let recipes = [
      "fisher\nmodels: [{model: ONE, statistics: fisher}, {model: TWO, statistics: fisher}]",
      "regmean\nmodels: [{model: ONE, statistics: moments}, {model: TWO, statistics: moments}]",
      "greedy_soup\nmodels: [{model: ONE}, {model: TWO}]\nevaluation:\n"
        + "  {tokens: 'TOKENS', max_tokens: 257, sequence_length: 64}",
    ]
    for recipe in recipes {
      let text =
        "merge_method: "
        + recipe.replacing("ONE", with: model)
        .replacing("TWO", with: "two.safetensors").replacing("TOKENS", with: tokens)
      let path = try folder.write("recipe.yml", Array(text.utf8))
      let run = try Command.birdie(
        "merge", path, folder.path("out.safetensors"), "--raw", "--force")
      #expect(run.status == 0, "\(run.talk)")
      try expectClose(folder.path("out.safetensors"), model)
    }
  }
}
