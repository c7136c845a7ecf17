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
    let diff = try Command.birdie(
      "diff", path, folder.path("wanted.safetensors"), "--json", "--tolerance", "1e-6")
    #expect(diff.status == 0, "\(diff.output)")
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
    (["extract", "MODEL/plain", "OUT", "--base", "MODEL/plain", "--save-module", "*"], 65, "J04"),
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
    let (one, two) = (place + "/model.safetensors", place + "/candidate.safetensors")
    for (name, model) in [("one", one), ("two", two)] {
      for (kind, flag) in [("fisher", ["--fisher"]), ("moments", [])] {
        let run = try Command.run(
          ["calibrate", model, folder.path("\(name).\(kind)"), "--tokens", tokens]
            + ["--max-tokens", "256", "--sequence-length", "64"] + flag)
        #expect(run.status == 0, "\(run.talk)")
      }
    }
    let models = "models: [{model: ONE}, {model: TWO}]"
    let statistics = { (kind: String) in
      "models: [{model: ONE, statistics: one.\(kind)}, {model: TWO, statistics: two.\(kind)}]"
    }
    let recipes = [
      "soup": "uniform_soup\n\(models)", "fisher": "fisher\n\(statistics("fisher"))",
      "regmean": "regmean\n\(statistics("moments"))",
      "greedy": "greedy_soup\n\(models)\nevaluation: {tokens: 'shard_*.bin', max_tokens: 257, "
        + "sequence_length: 64}",
    ]
    // A pattern is looked for from the recipe's folder too.
    _ = try folder.write(
      "shard_0.bin",
      Array(Fixtures.bytes("language_models/evaluation/fineweb_val_000000.bin")))
    for (name, recipe) in recipes {
      let text =
        "merge_method: "
        + recipe.replacing("ONE", with: one)
        .replacing("TWO", with: two)
      let run = try Command.birdie(
        "merge", folder.write("recipe.yml", Array(text.utf8)), folder.path("\(name).safetensors"),
        "--raw", "--json")
      #expect(run.status == 0, "\(run.talk)")
      guard name == "greedy" else { continue }
      let trials = try JSONDocument(run.output)["merge"]?["trials"]?.elements ?? []
      #expect(trials.count == 2 && trials.first?["taken"]?.bool == true)
    }
    for name in ["fisher", "regmean"] {
      let diff = try Command.birdie(
        "diff", folder.path("\(name).safetensors"), folder.path("soup.safetensors"))
      #expect(diff.status == 1, "\(name) is the plain mean")
    }
  }

  @Test func `a merge that goes on does not mix statistics`() throws {
    let place = Fixtures.path("language_models/evaluation")
    let model = place + "/model.safetensors"
    let recipe = try folder.write(
      "recipe.yml",
      Array(
        """
        merge_method: fisher
        models:
          - {model: \(model), statistics: one}
          - {model: \(place)/candidate.safetensors, statistics: two}
        """.utf8))
    for (name, tokens) in [("one", "000000"), ("two", "000001"), ("other", "000001")] {
      let seed = name == "other" ? "5" : "0"
      _ = try Command.birdie(
        "calibrate", model, folder.path(name), "--tokens", place + "/fineweb_val_\(tokens).bin",
        "--max-tokens", "128", "--sequence-length", "64", "--fisher", "--seed", seed)
    }
    // What a run leaves that is killed; then it begins with other statistics.
    let run = try Command.shell(
      """
      cd '\(folder.root)'
      for try in $(seq 200); do
        rm -f .out.safetensors.* out.safetensors
        "$birdie" merge '\(recipe)' out.safetensors --raw -q & client=$!
        until [ "$(wc -l 2>/dev/null < .out.safetensors.journal || echo 0)" -gt 2 ]; do
          kill -0 $client 2>/dev/null || break
        done
        kill -9 $client 2>/dev/null; wait $client 2>/dev/null
        [ ! -e .out.safetensors.partial ] || break
      done
      [ -e .out.safetensors.partial ] || exit 3
      mv other one && "$birdie" merge '\(recipe)' out.safetensors --raw -q --force || exit 1
      "$birdie" merge '\(recipe)' fresh.safetensors --raw -q || exit 2
      cmp out.safetensors fresh.safetensors
      """)
    #expect(run.status == 0, "\(run.talk)")
  }
}
