import TestSupport
import Testing

struct EvalTests {
  private static let folder = "language_models/evaluation/"
  private let model = Fixtures.path(folder + "model.safetensors")
  /// Only its first pieces occur; the model's losses do not depend on their bytes.
  private let inputs = [
    "--tokens", Fixtures.path(folder + "fineweb_val_*.bin"),
    "--tokenizer", Fixtures.path("tokenizers/accepts/bpe-bytes.model"),
  ]

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
        "schema", "tokens", "bytes", "val_loss", "val_bpb", "val_bpb_ci95", "matrix_products",
      ])
  }

  @Test func `documents by themselves give the loss of the oracle`() throws {
    let run = try eval("--sequence-length", "16", "--isolate-documents", "--json")
    #expect(
      Self.close(try JSONDocument(run.output)["val_loss"]?.number, 6.591759323613667))
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
      ["--stride", "8", "--isolate-documents"], ["--sequence-length", "0"],
    ] {
      #expect(try Command.run(["eval", "none"] + inputs + arguments).status == 64)
    }
    let short = try eval("--sequence-length", "100000")
    #expect(short.status == 65 && short.talk.contains("error[E02]"))
  }
}
