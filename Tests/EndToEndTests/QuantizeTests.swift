import TestSupport
import Testing

struct QuantizeTests {
  private let folder: TemporaryFolder
  private let model = Fixtures.path("quantization/model.pt")

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: ["int8", "int6", "int5", "int6-floored", "int6-search"])
  func `an export has the weights of the script's artifact`(export: String) throws {
    let path = folder.path("out.ptz")
    #expect(try Command.birdie("quantize", model, path, "--export", export).status == 0)
    let artifact = Fixtures.path("quantization/model.\(export).ptz")
    #expect(try Command.birdie("diff", path, artifact).status == 0)
  }

  @Test func `rounded codes are kept in an artifact of the scripts`() throws {
    let path = folder.path("out.ptz")
    let run = try Command.birdie(
      "quantize", model, path, "--method", "rtn", "--option", "bits=6", "--tensors",
      "*resid_mix=keep")
    #expect(run.status == 0)
    #expect(try Command.birdie("inspect", path).output.contains("int8_row"))
  }

  @Test func `codes that the scripts have no place for are refused`() throws {
    let run = try Command.birdie(
      "quantize", model, folder.path("out.ptz"), "--method", "nf4", "--tensors", "*resid_mix=keep")
    #expect(run.status != 0)
    #expect(run.talk.contains("T13"))
    #expect(folder.names.isEmpty)
  }

  @Test(arguments: [["--export", "int9"], ["--export", "int8", "--method", "rtn"]])
  func `an export that nobody knows or that is told how is a usage error`(
    arguments: [String]
  ) throws {
    let run = try Command.run(["quantize", model, folder.path("out.ptz")] + arguments)
    #expect(run.status == 64)
    #expect(folder.names.isEmpty)
  }

  @Test func `an export tells its length`() throws {
    let path = folder.path("out.ptz")
    let run = try Command.birdie("quantize", model, path, "--export", "int8", "--json")
    let bytes = try TemporaryFolder.bytes(of: path)
    #expect(try JSONDocument(run.output)["output"]?["bytes"]?.integer == bytes.count)
  }

  // MARK: Under a budget

  private static let tokens = Fixtures.path("language_models/evaluation/fineweb_val_*.bin")
  private let small = Fixtures.path("language_models/evaluation/model.safetensors")
  private let calibrated = [
    "--calibrate", tokens, "--calibration-tokens", "32", "--fisher-tokens", "16",
    "--sequence-length", "16", "--tensors", "blocks.0.attn.proj.weight=trellis,states=8",
    "--tensors", "blocks.0.mlp.*.weight=trellis,states=16",
  ]

  @Test func `a budget is met, and the artifact says by which recipe`() throws {
    let path = folder.path("out.birdie")
    let decoder = folder.path("decode.py")
    let code = try folder.write("code.py", [UInt8](repeating: 35, count: 200))
    let run = try Command.run(
      [
        "quantize", small, path, "--budget", "11000", "--code", code, "--decoder", decoder,
        "--json",
      ]
        + calibrated)
    #expect(run.status == 0, "\(run.talk)")
    let report = try JSONDocument(run.output)
    let bytes = try TemporaryFolder.bytes(of: path).count
    #expect(report["output"]?["bytes"]?.integer == bytes)
    #expect(report["code_bytes"]?.integer == 200)
    let counted = bytes + 200 + (report["decoder_zlib_bytes"]?.integer ?? .max / 2)
    #expect(counted <= 11000 && counted > 11000 - 1024)
    let inspected = try Command.birdie("inspect", path, "--json")
    let metadata = try JSONDocument(inspected.output)["metadata"]
    #expect(metadata?["birdie.recipe"]?.text?.contains("trellis") == true)
    #expect(metadata?["birdie.calibration"]?.text?.contains(#""fisher_tokens":16"#) == true)
    // It is a model like any other.
    let evaluated = try Command.run(
      ["eval", path, "--tokens", Self.tokens, "--sequence-length", "16", "--reference", small])
    #expect(evaluated.status == 0, "\(evaluated.talk)")
  }

  @Test func `the same model, tokens and options give the same bytes on any number of threads`()
    throws
  {
    let files = try ["1", "2"].map { threads in
      let path = folder.path("\(threads).birdie")
      let run = try Command.run(
        ["quantize", small, path, "--step", "0.7", "--threads", threads] + calibrated)
      #expect(run.status == 0, "\(run.talk)")
      return try TemporaryFolder.bytes(of: path)
    }
    #expect(files[0] == files[1])
  }

  /// From its floor to its finest steps this artifact grows by more than four kilobytes.
  @Test func `twenty budgets are met from below, or the finest steps are told`() throws {
    var random = SplitMix(state: 20)
    let path = folder.path("out.birdie")
    for _ in 0..<20 {
      let budget = 5400 + Int(random.next() % 6000)
      let run = try Command.run([
        "quantize", small, path, "--force", "--budget", "\(budget)", "--tune-tokens", "0",
        "--sensitivity-tokens", "0", "--json", "--calibrate", Self.tokens, "--calibration-tokens",
        "32", "--fisher-tokens", "16", "--sequence-length", "16", "--tensors",
        "blocks.*.mlp.*.weight=trellis,states=8", "--tensors",
        "tok_emb.weight=trellis,states=8",
      ])
      #expect(run.status == 0, "\(budget): \(run.talk)")
      let bytes = try TemporaryFolder.bytes(of: path).count
      let tensors = try JSONDocument(run.output)["tensors"]?.elements ?? []
      let areFinest =
        tensors.count == 7
        && tensors.allSatisfy { $0["notes"]?.elements.first?.text == "finest-steps" }
      #expect(bytes <= budget)
      #expect(bytes > budget - 1024 || areFinest, "\(bytes) of \(budget)")
    }
  }

  @Test func `the gain of column steps is told before, and not to those who want data alone`()
    throws
  {
    func quantize(_ more: [String]) throws -> Command.Outcome {
      try Command.run(
        [
          "quantize", small, folder.path("out.birdie"), "--force", "--step", "2", "--tune-tokens",
          "0",
        ] + more + calibrated)
    }
    let told = try quantize([])
    #expect(told.talk.contains("column steps are expected to save 0."), "\(told.talk)")
    #expect(try quantize(["-q"]).talk.isEmpty)
    let run = try quantize(["--json"])
    let report = try JSONDocument(run.output)
    let gains = report["tensors"]?.elements.compactMap { $0["predicted_gain_bits"]?.number } ?? []
    let mean = try #require(report["predicted_gain_bits"]?.number)
    #expect(run.talk.isEmpty && gains.count == 3)
    #expect(mean > 0 && mean >= gains.min() ?? 1 && mean <= gains.max() ?? 0)
    let costs = report["tensors"]?.elements.compactMap { $0["cost_nats"]?.number } ?? []
    #expect(costs.count == 3 && costs.allSatisfy { $0 > 0 })
  }

  @Test func `integers in place of a trellis are told, with the tensors`() throws {
    let arguments =
      [
        "quantize", small, folder.path("out.birdie"), "--force", "--step", "2000", "--tune-tokens",
        "0",
      ]
      + calibrated
    let run = try Command.run(arguments)
    #expect(run.output.contains("blocks.0.attn.proj.weight and 2 more: integers in place of"))
    let tensors = try JSONDocument(Command.run(arguments + ["--json"]).output)["tensors"]?.elements
    #expect(tensors?.allSatisfy { $0["notes"]?.elements.first?.text == "integers" } == true)
  }

  @Test(arguments: [("--target-kl", "0.001", "kl"), ("--target-bpb-loss", "0.002", "loss")])
  func `a target is not exceeded on the tokens that it was judged on`(
    flag: String, limit: String, what: String
  ) throws {
    let path = folder.path("out.birdie")
    let tokenizer = Fixtures.path("language_models/evaluation/tokenizer.model")
    let run = try Command.run(
      [
        "quantize", small, path, flag, limit, "--target-tokens", Self.tokens, "--tokenizer",
        tokenizer, "--tune-tokens", "128", "--json",
      ] + calibrated)
    #expect(run.status == 0, "\(run.talk)")
    let attempts = try JSONDocument(run.output)["attempts"]?.elements ?? []
    #expect(attempts.count > 1 && attempts.allSatisfy { $0["cost"]?.number != nil })
    let verified = try Command.run([
      "verify", path, "--against", small, "--tokens", Self.tokens, "--sequence-length", "16",
      "--tokenizer", tokenizer, "--max-\(what == "kl" ? "kl" : "bpb-loss")", limit,
    ])
    #expect(verified.status == 0, "\(verified.output)\(verified.talk)")
  }

  @Test func `names may have a prefix that the model does not know`() throws {
    let renamed = folder.path("renamed.safetensors")
    let run = try Command.birdie("convert", small, renamed, "--rename", "s/^/module./")
    #expect(run.status == 0, "\(run.talk)")
    let paths = [folder.path("plain.birdie"), folder.path("prefixed.birdie")]
    for (input, (path, prefix)) in zip([small, renamed], zip(paths, ["", "module."])) {
      let run = try Command.run([
        "quantize", input, path, "--step", "2", "--calibrate", Self.tokens,
        "--calibration-tokens", "32", "--fisher-tokens", "16", "--tune-tokens", "64",
        "--arch", Fixtures.path("language_models/evaluation/config.json"),
        "--sequence-length", "16", "--tensors", "\(prefix)blocks.0.attn.proj.weight=trellis",
      ])
      #expect(run.status == 0, "\(run.talk)")
    }
    let plain = folder.path("again.safetensors")
    let back = try Command.birdie("convert", paths[1], plain, "--rename", "s/^module\\.//")
    #expect(back.status == 0, "\(back.talk)")
    let diff = try Command.birdie("diff", paths[0], plain)
    #expect(diff.status == 0, "\(diff.output)\(diff.talk)")
  }

  @Test func `transformed weights are verified against transformed ones`() throws {
    let path = folder.path("out.birdie")
    let run = try Command.run(
      [
        "quantize", small, path, "--step", "0.1", "--tune-tokens", "0", "--transform", "sort",
      ] + calibrated)
    #expect(run.status == 0, "\(run.talk)")
    #expect(try Command.birdie("diff", small, path).output.contains("mlp.fc"))
    let verified = try Command.birdie("verify", path, "--against", small, "--min-sqnr", "25")
    #expect(verified.status == 0, "\(verified.output)")
  }

  @Test func `an artifact made of an artifact notes the transforms of both`() throws {
    let (once, twice) = (folder.path("once.safetensors"), folder.path("twice.birdie"))
    let first = try Command.birdie(
      "quantize", small, once, "--method", "keep", "--transform", "sort")
    #expect(first.status == 0, "\(first.talk)")
    let second = try Command.birdie("quantize", once, twice, "--method", "rtn")
    #expect(second.status == 0, "\(second.talk)")
    let verified = try Command.birdie("verify", twice, "--against", small, "--min-sqnr", "25")
    #expect(verified.status == 0, "\(verified.output)")
    let beside = try Command.birdie("verify", twice, "--against", once, "--min-sqnr", "25")
    #expect(beside.status == 0, "\(beside.output)")
  }

  @Test(arguments: ["out", "out.gguf", "out.birdie.bak"])
  func `an output says by its name what it is`(name: String) throws {
    let run = try Command.birdie("quantize", small, folder.path(name), "--method", "rtn")
    #expect(run.status == 64 && run.talk.contains(".safetensors"), "\(run.talk)")
    #expect(folder.names.isEmpty)
  }

  @Test func `only artifacts of Birdie have a decoder`() throws {
    let run = try Command.run([
      "quantize", model, folder.path("out.ptz"), "--method", "rtn", "--decoder",
      folder.path("decode.py"),
    ])
    #expect(run.status == 64 && folder.names.isEmpty)
  }

  @Test(arguments: [
    ["--target-kl", "0"], ["--target-kl", "0.1", "--bits", "3"], ["--target-tokens", "a"],
    ["--small", "int8"], ["--statistics", "a.safetensors", "--transform", "sort"],
    ["--option", "states=8", "--option", "states=16"], ["--seed", "-1"],
  ])
  func `targets that mean nothing are usage errors`(arguments: [String]) throws {
    let run = try Command.run(
      ["quantize", small, folder.path("out.birdie")] + calibrated + arguments)
    #expect(run.status == 64 && folder.names.isEmpty)
  }

  @Test(arguments: [
    (["--budget", "300"], "Q06", 65), (["--tensors", "blocks.9.*=keep"], "R03", 65),
    (["--tensors", "blocks.0.mlp.fc.weight=gptq,bits=99"], "Q05", 64),
    (["--calibrate", "nowhere_*.bin"], "V04", 66),
    (["--transform", "sort", "--transform", "sort"], "R01", 65),
  ])
  func `what cannot be done is an error with its rule`(
    arguments: [String], rule: String, status: Int
  ) throws {
    let run = try Command.run(
      ["quantize", small, folder.path("out.birdie")] + calibrated + arguments)
    #expect(run.status == status && run.talk.contains("error[\(rule)]"), "\(run.talk)")
    #expect(folder.names.isEmpty)
  }

  // MARK: Residuals

  private func mended(_ method: String, _ output: String) throws -> (status: Int, talk: String) {
    let recipe = try folder.write(
      "recipe.yml",
      Array(
        """
        tensors: [{match: "blocks.0.*.weight", method: \(method)}]
        residual: {top: 2, rank: 2}
        """.utf8))
    let run = try Command.run([
      "quantize", small, folder.path(output), "--recipe", recipe, "--calibrate", Self.tokens,
      "--calibration-tokens", "32", "--fisher-tokens", "0", "--sequence-length", "16",
    ])
    return (Int(run.status), run.talk)
  }

  @Test(arguments: ["out.birdie", "out.safetensors"])
  func `the largest errors are mended, and the artifact says by which recipe`(
    output: String
  ) throws {
    let run = try mended("gptq", output)
    #expect(run.status == 0, "\(run.talk)")
    let inspected = try Command.birdie("inspect", folder.path(output), "--json")
    #expect(inspected.output.components(of: "_lqer") == 2)
    #expect(
      try JSONDocument(inspected.output)["metadata"]?["birdie.recipe"]?.text?
        .contains(#""residual":{"top":2,"rank":2}"#) == true)
  }

  @Test func `codes without a place for a residual are an error with its rule`() throws {
    let run = try mended("nf4", "out.birdie")
    #expect(run.status == 65 && run.talk.contains("error[Q07]"), "\(run.talk)")
    #expect(run.talk.contains("blocks.0."))
    #expect(folder.names == ["recipe.yml"])
  }

  @Test func `methods that weigh errors want to know by what`() throws {
    let run = try Command.run([
      "quantize", small, folder.path("out.birdie"), "--tensors", "blocks.0.mlp.fc.weight=gptq",
    ])
    #expect(run.status == 65 && run.talk.contains("error[Q03]"), "\(run.talk)")
  }

  @Test func `the list of methods has their options`() throws {
    let run = try Command.birdie("methods", "quantizers")
    #expect(run.output.contains("trellis") && run.output.contains("activation_order"))
  }
}

extension String {
  /// How often a text stands in this one.
  fileprivate func components(of text: String) -> Int {
    let (all, part) = (Array(utf8), Array(text.utf8))
    return all.indices.count { all[$0...].starts(with: part) }
  }
}
