import TestSupport
import Testing

struct EvalTests {
  private static let folder = "language_models/evaluation/"
  private let model = Fixtures.path(folder + "model.safetensors")
  private let tokenizer = Fixtures.path(folder + "tokenizer.model")
  /// Sidecars lie beside the shards.
  private let inputs = ["--tokens", Fixtures.path(folder + "fineweb_val_*.bin")]

  private func eval(
    _ arguments: String..., environment: [String: String] = [:]
  ) throws -> Command.Outcome {
    try Command.run(["eval", model] + inputs + arguments, environment: environment)
  }

  private static func close(_ value: Double?, _ expected: Double) -> Bool {
    value.map { abs($0 - expected) < 1e-5 } ?? false
  }

  @Test func `windows side by side give the loss of the oracle`() throws {
    let run = try eval("--sequence-length", "32", "--json")
    #expect(run.status == 0, "\(run.talk)")
    let document = try JSONDocument(run.output)
    // From `expected.json` beside the model.
    #expect(Self.close(document["val_loss"]?.number, 6.418724335699898))
    #expect(document["tokens"]?.number == 192)
    #expect(
      document.keys == [
        "schema", "tokens", "bytes", "val_loss", "val_bpb", "val_bpb_ci95", "seed", "byte_counts",
        "matrix_products", "warnings",
      ])
  }

  @Test func `documents by themselves give the loss of the oracle`() throws {
    let run = try eval("--sequence-length", "16", "--isolate-documents", "--json")
    #expect(
      Self.close(try JSONDocument(run.output)["val_loss"]?.number, 6.591759323613667))
  }

  @Test func `documents begin with the token that is named`() throws {
    let run = try eval(
      "--sequence-length", "64", "--isolate-documents", "--begin-token", "7", "--json")
    // From `expected.json`.
    #expect(
      Self.close(try JSONDocument(run.output)["val_loss"]?.number, 6.480189717728464))
    let folder = try TemporaryFolder()
    let text = #"{"architecture": "golf-gpt", "neg_slope": 0.5, "bos_id": 7}"#
    let stated = try eval(
      "--sequence-length", "64", "--isolate-documents", "--json", "--arch",
      folder.write("c.json", Array(text.utf8)))
    #expect(stated.status == 0 && stated.output == run.output, "\(stated.talk)")
    let foreign = try eval("--isolate-documents", "--begin-token", "32")
    #expect(foreign.status == 65 && foreign.talk.contains("error[E01]"))
  }

  @Test func `documents of a model that does not tell their token are not guessed`() throws {
    let run = try Command.run(
      ["eval", Fixtures.path("language_models/qwen2/model.safetensors"), "--isolate-documents"]
        + inputs)
    #expect(run.status == 64 && run.talk.contains("error[E08]"))
  }

  @Test(arguments: ["noted.birdie", "noted.safetensors"])
  func `a file that notes its configuration and tokenizer needs no other`(name: String) throws {
    let folder = try TemporaryFolder()
    let text = #"{"architecture": "golf-gpt", "neg_slope": 0.5, "bos_id": 7}"#
    let configuration = try folder.write("c.json", Array(text.utf8))
    let noted = folder.path(name)
    let written = try Command.run([
      "convert", model, noted, "--arch", configuration, "--tokenizer", tokenizer, "--provenance",
    ])
    #expect(written.status == 0, "\(written.talk)")
    let flags = ["--sequence-length", "64", "--isolate-documents", "--json"]
    let stated = try Command.run(["eval", model] + inputs + flags + ["--arch", configuration])
    let read = try Command.run(["eval", noted] + inputs + flags + ["--tokenizer", tokenizer])
    #expect(read.status == 0 && read.output == stated.output, "\(read.talk)")
    let other = Fixtures.path("tokenizers/accepts/bpe-identity.model")
    let refused = try Command.run(["eval", noted] + inputs + flags + ["--tokenizer", other])
    #expect(refused.status == 65 && refused.talk.contains("error[E09]"), "\(refused.talk)")
    let metadata = try JSONDocument(Command.birdie("inspect", noted, "--json").output)["metadata"]
    #expect(metadata?["birdie.provenance"] != nil && metadata?["birdie.tokenizer"] != nil)
  }

  @Test func `the configuration of a folder is the one inside it`() throws {
    let folder = try TemporaryFolder()
    for name in ["model.safetensors", "config.json"] {
      _ = try folder.write(name, Fixtures.bytes("language_models/llama/" + name))
    }
    let own = Fixtures.path("language_models/llama/model.safetensors")
    let runs = try [own, folder.root, folder.root + "/"].map { path in
      try Command.run(["eval", path, "--sequence-length", "32", "--json"] + inputs)
    }
    #expect(runs.allSatisfy { $0.status == 0 && $0.output == runs[0].output }, "\(runs[1].talk)")
  }

  @Test func `a configuration of the model is not that of a reference with its own`() throws {
    let folder = try TemporaryFolder()
    let slope = try folder.write("slope.json", Array(#"{"neg_slope": 0.25}"#.utf8))
    let candidate = Fixtures.path(Self.folder + "candidate.safetensors")
    func reference(_ arguments: String...) throws -> Double? {
      let run = try Command.run(
        ["eval", model, "--sequence-length", "32", "--json", "--reference", candidate] + inputs
          + arguments)
      return try JSONDocument(run.output)["reference"]?["val_bpb"]?.number
    }
    let plain = try #require(try reference())
    #expect(try reference("--arch", slope) == plain)
    let changed = try reference("--reference-arch", slope)
    #expect(changed != nil && changed != plain)
  }

  @Test func `numbers beyond any machine are taken for what it has`() throws {
    let plain = try eval("--sequence-length", "16", "--isolate-documents", "--json")
    let huge = try eval(
      "--sequence-length", "16", "--isolate-documents", "--json", "--threads", "\(Int.max)")
    #expect(huge.status == 0 && huge.output == plain.output, "\(huge.talk)")
    let long = try eval("--sequence-length", "\(Int.max)", "--isolate-documents", "--json")
    #expect(long.status == 0, "\(long.talk)")
  }

  @Test func `a reference adds how far the models are apart`() throws {
    let run = try eval(
      "--sequence-length", "32", "--json", "--reference",
      Fixtures.path(Self.folder + "candidate.safetensors"))
    let reference = try #require(try JSONDocument(run.output)["reference"])
    #expect(Self.close(reference["top1_agreement"]?.number, 0.6979166666666666))
    #expect(reference["kl_mean"]?.number ?? 0 > 0)
  }

  @Test func `threads change no digit`() throws {
    let one = try eval("--sequence-length", "32", "--json", "--threads", "1")
    let two = try eval("--sequence-length", "32", "--json", "--threads", "2")
    #expect(one.status == 0 && one.output == two.output)
  }

  @Test func `reproducible products give the same digits on every instruction set`() throws {
    let runs = try ["portable", "avx2", "avx512"].map { isa in
      try eval(
        "--sequence-length", "32", "--json",
        environment: ["BIRDIE_REPRODUCIBLE": "1", "BIRDIE_ISA": isa]
      ).output
    }
    #expect(runs[0].contains("\"matrix_products\": \"portable\""))
    #expect(runs.allSatisfy { $0 == runs[0] })
  }

  @Test func `what cannot be asked is refused before anything is read`() throws {
    for arguments in [
      ["--stride", "64", "--sequence-length", "32"], ["--max-tokens", "1"],
      ["--stride", "8", "--isolate-documents"], ["--sequence-length", "0"], ["--seed", "-1"],
      ["--begin-token", "1"], ["--isolate-documents", "--begin-token", "-1"],
      ["--reference-arch", "c.json"],
    ] {
      #expect(try Command.run(["eval", "none"] + inputs + arguments).status == 64)
    }
    let short = try eval("--sequence-length", "100000")
    #expect(short.status == 65 && short.talk.contains("error[E02]"))
  }

  /// The shards in a folder of their own, without the sidecars.
  private func bareTokens(in folder: TemporaryFolder) throws -> String {
    for name in ["fineweb_val_000000.bin", "fineweb_val_000001.bin"] {
      try folder.write(name, Fixtures.bytes(Self.folder + name))
    }
    return folder.path("fineweb_val_*.bin")
  }

  @Test func `without sidecars the bytes are those of the tokenizer`() throws {
    let folder = try TemporaryFolder()
    let tokens = try bareTokens(in: folder)
    func bytes(_ tokenizer: String) throws -> JSONDocument {
      let run = try Command.birdie(
        "eval", model, "--tokens", tokens, "--tokenizer", tokenizer, "--sequence-length", "32",
        "--json")
      #expect(run.status == 0, "\(run.talk)")
      return try JSONDocument(run.output)
    }
    // From `expected.json` and `tokenizers.json`.
    let piecewise = try bytes(tokenizer)
    #expect(piecewise["bytes"]?.number == 672)
    #expect(Self.close(piecewise["val_bpb"]?.number, 2.6457890765564427))
    #expect(piecewise["byte_counts"]?.text == "tokenizer")
    let renamed = try folder.write("any.name", Fixtures.bytes(Self.folder + "tokenizer.json"))
    #expect(try bytes(renamed)["bytes"]?.number == 673)
  }

  @Test func `sidecars tell the bytes, found beside the shards or named`() throws {
    let beside = try eval("--sequence-length", "32", "--json")
    #expect(beside.status == 0, "\(beside.talk)")
    let document = try JSONDocument(beside.output)
    // From `expected.json`.
    #expect(document["bytes"]?.number == 809)
    #expect(Self.close(document["val_bpb"]?.number, 2.1977382687835965))
    #expect(document["byte_counts"]?.text == "sidecar")
    let judged = try eval("--sequence-length", "32", "--json", "--tokenizer", tokenizer)
    #expect(judged.output == beside.output)
    let folder = try TemporaryFolder()
    let named = try Command.birdie(
      "eval", model, "--tokens", bareTokens(in: folder), "--sequence-length", "32", "--json",
      "--byte-counts", Fixtures.path(Self.folder + "fineweb_val_bytes_*.bin"))
    #expect(named.output == beside.output)
  }

  @Test func `a vocabulary of bytes needs no file`() throws {
    let folder = "language_models/bytes/"
    let run = try Command.birdie(
      "eval", Fixtures.path(folder + "model.safetensors"), "--tokens",
      Fixtures.path(folder + "fineweb_val_*.bin"), "--tokenizer", "bytes", "--sequence-length",
      "32", "--json")
    #expect(run.status == 0, "\(run.talk)")
    let document = try JSONDocument(run.output)
    // From `expected.json` there.
    #expect(document["tokens"]?.number == 64)
    #expect(document["bytes"]?.number == 62)
    #expect(Self.close(document["val_loss"]?.number, 9.182333842229195))
    #expect(Self.close(document["val_bpb"]?.number, 13.674639997905508))
  }

  @Test func `a tokenizer of another vocabulary is refused, or warned of`() throws {
    let other = Fixtures.path("tokenizers/accepts/bpe-bytes.model")
    for choice in [other, "bytes", Fixtures.path("tokenizers/accepts/gpt2.json")] {
      let run = try eval("--sequence-length", "32", "--tokenizer", choice)
      #expect(run.status == 65 && run.talk.contains("error[E03]: the model has 32 tokens"))
    }
    let lenient = try eval(
      "--sequence-length", "32", "--tokenizer", other, "--lenient", "E03")
    #expect(lenient.status == 0 && lenient.talk.contains("warning[E03]"))
  }

  @Test func `a tokenizer json may have fewer tokens than the model, but not than the text`() throws
  {
    let folder = try TemporaryFolder()
    let small = #"{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}}"#
    let run = try Command.birdie(
      "eval", model, "--tokens", bareTokens(in: folder), "--sequence-length", "32",
      "--tokenizer", folder.write("t.json", Array(small.utf8)))
    #expect(run.status == 65 && run.talk.contains("error[K05]"))
  }

  @Test func `where nothing tells the bytes, the error says what would`() throws {
    let folder = try TemporaryFolder()
    let run = try Command.birdie(
      "eval", model, "--tokens", bareTokens(in: folder), "--sequence-length", "32")
    #expect(run.status == 64)
    #expect(run.talk.contains("error[E05]") && run.talk.contains("--byte-counts"))
  }

  @Test(arguments: [
    "[]", #"{"neg_slope": "NaN"}"#, #"{"rope_base": 0}"#, #"{"xsa_last_n": -5}"#,
    #"{"eval_seq_len": -3}"#, #"{"num_loops": 2, "loop_start": 2, "loop_end": 9}"#,
  ])
  func `a configuration that is impossible is refused by name`(text: String) throws {
    let folder = try TemporaryFolder()
    let run = try eval(
      "--sequence-length", "32", "--arch", folder.write("c.json", Array(text.utf8)))
    #expect(run.status == 65 && run.talk.contains("error[A02]"))
  }

  @Test func `a model that computes no numbers is refused, and so is such a reference`() throws {
    let folder = try TemporaryFolder()
    var bytes = try TemporaryFolder.bytes(of: model)
    // The last tensor's last number becomes NaN, whatever tensor it is.
    bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0xff, 0xff, 0xff, 0x7f])
    let spoilt = try folder.write("spoilt.safetensors", bytes)
    let config = Fixtures.path(Self.folder + "config.json")
    let own = try Command.run(
      ["eval", spoilt, "--arch", config, "--sequence-length", "32"] + inputs)
    #expect(own.status == 65 && own.talk.contains("error[E06]: the model's"), "\(own.talk)")
    let other = try eval(
      "--sequence-length", "32", "--reference", spoilt, "--arch", config)
    #expect(other.status == 65 && other.talk.contains("error[E06]: the reference's"))
    let statistics = try Command.birdie(
      "calibrate", spoilt, folder.path("s.safetensors"), "--arch", config, "--tokens", inputs[1],
      "--sequence-length", "32")
    #expect(statistics.status == 65 && statistics.talk.contains("error[E06]"))
    #expect(folder.names == ["spoilt.safetensors"])
  }

  @Test func `a reference of another vocabulary is refused`() throws {
    let run = try eval(
      "--sequence-length", "32", "--reference",
      Fixtures.path("language_models/bytes/model.safetensors"))
    #expect(run.status == 65 && run.talk.contains("error[E04]"))
  }

  @Test func `a seed changes the interval and nothing else`() throws {
    let runs = try ["0", "1", "1"].map { seed in
      try JSONDocument(eval("--sequence-length", "16", "--json", "--seed", seed).output)
    }
    let edges = runs.map { $0["val_bpb_ci95"]?.elements.compactMap(\.number) }
    #expect(edges[0] != edges[1] && edges[1] == edges[2])
    #expect(runs[0]["val_bpb"]?.number == runs[1]["val_bpb"]?.number)
    #expect(runs[1]["seed"]?.number == 1)
  }

  @Test func `text in place of shards is called that`() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("val.txt", Array("Once upon a time.\n".utf8))
    let run = try Command.birdie("eval", model, "--tokens", text, "--tokenizer", tokenizer)
    #expect(run.status == 65)
    #expect(run.talk.contains("error[V01]: it holds text, not token ids"))
  }

  @Test func `the help lists every architecture`() throws {
    let help = try Command.birdie("eval", "--help").output
    let list = try JSONDocument(Command.birdie("methods", "architectures", "--json").output)
    let ids = list["architectures"]?.elements.compactMap { $0["id"]?.text } ?? []
    #expect(ids.count >= 3 && ids.allSatisfy { help.contains("\($0) (") })
    #expect(help.contains("golf-gpt.md"))
  }
}
