import TestSupport
import Testing

struct VerifyTests {
  private static let folder = "language_models/evaluation/"
  private let model = Fixtures.path(folder + "model.safetensors")
  private let candidate = Fixtures.path(folder + "candidate.safetensors")
  private let tokens = [
    "--tokens", Fixtures.path(folder + "fineweb_val_*.bin"), "--sequence-length", "32",
  ]
  private let scratch: TemporaryFolder
  private let small: String
  private let changed: String

  init() throws {
    scratch = try TemporaryFolder()
    small = try scratch.write("small.safetensors", twoTensors())
    changed = try scratch.write("changed.safetensors", twoTensors(second: 2.5))
  }

  private func verify(_ arguments: [String]) throws -> Command.Outcome {
    try Command.run(["verify"] + arguments)
  }

  private static func close(_ value: Double?, _ expected: Double) -> Bool {
    value.map { abs($0 - expected) < 1e-5 } ?? false
  }

  @Test func `without limits the same tensors are enough`() throws {
    let run = try verify([changed, "--against", small])
    #expect(run.status == 0, "\(run.talk)")
    #expect(run.output.contains("holds     tensors: all names and shapes match\n"))
  }

  @Test func `tokens tell what the oracle of evaluations tells`() throws {
    let run = try verify([candidate, "--against", model, "--json"] + tokens)
    #expect(run.status == 0, "\(run.talk)")
    let document = try JSONDocument(run.output)
    let reference = try #require(document["evaluation"]?["reference"])
    // From `comparison.json` and `expected.json` beside the models.
    #expect(Self.close(reference["kl_mean"]?.number, 0.1947775782593689))
    #expect(Self.close(reference["kl_p99"]?.number, 1.2497925193201656))
    #expect(Self.close(reference["kl_max"]?.number, 1.9122751450414563))
    #expect(Self.close(reference["top1_agreement"]?.number, 0.6979166666666666))
    #expect(Self.close(reference["logit_cosine_min"]?.number, 0.256765224219842))
    #expect(Self.close(reference["val_bpb"]?.number, 2.1977382687835965))
    let interval = reference["kl_mean_ci95"]?.elements.compactMap { $0.number } ?? []
    #expect(interval.count == 2 && interval[0] < 0.19478 && interval[1] > 0.19477)
  }

  @Test(arguments: [
    ["--max-kl", "0.195"], ["--min-agreement", "0.69"], ["--min-sqnr", "-100"],
    ["--max-bytes", "27116"], ["--budget", "27116"], ["--max-bpb-loss", "10"],
  ])
  func `a limit that holds ends with 0`(limit: [String]) throws {
    let run = try verify([candidate, "--against", model] + limit + tokens)
    #expect(run.status == 0, "\(run.talk)")
    #expect(run.output.contains("holds     \(limit[0].dropFirst(2)): "))
  }

  @Test(arguments: [
    ["--max-kl", "0.19"], ["--min-agreement", "0.7"], ["--min-sqnr", "100"],
    ["--max-bytes", "27115"], ["--budget", "27115"], ["--max-bpb-loss", "-10"],
  ])
  func `a limit that is broken ends with 1 and is named`(limit: [String]) throws {
    let run = try verify([candidate, "--against", model] + limit + tokens)
    #expect(run.status == 1, "\(run.talk)")
    #expect(run.output.contains("broken    \(limit[0].dropFirst(2)): "))
    let document = try JSONDocument(
      verify([candidate, "--against", model, "--json"] + limit + tokens).output)
    #expect(document["holds"]?.bool == false)
    let broken = document["checks"]?.elements.filter { $0["holds"]?.bool == false }
    #expect(broken?.map { $0["check"]?.text } == [String(limit[0].dropFirst(2))])
    #expect(broken?.first?["limit"]?.number == Double(limit[1]))
  }

  @Test func `code counts against the budget`() throws {
    let code = try scratch.write("train.py", Array("pass\n".utf8))
    // Each file has 8 + 141 + 24 bytes.
    let size = twoTensors().count
    func headroom(_ budget: Int) throws -> (status: Int32, headroom: Int?) {
      let run = try verify([
        changed, "--against", small, "--json", "--budget", "\(budget)", "--code", code, "--code",
        code,
      ])
      return (run.status, try JSONDocument(run.output)["headroom"]?.integer)
    }
    #expect(try headroom(size + 10) == (0, 0))
    #expect(try headroom(size + 9) == (1, -1))
  }

  @Test func `the worst tensor and its ratio are told`() throws {
    let run = try verify([changed, "--against", small, "--min-sqnr", "20", "--json"])
    let document = try JSONDocument(run.output)
    let check = try #require(document["checks"]?.elements.last)
    #expect(run.status == 1 && check["tensor"]?.text == "a")
    // 10·log₁₀((1² + 2²) / 0.5²).
    #expect(Self.close(check["value"]?.number, 13.010299956639813))
  }

  @Test func `the document has the keys that are promised`() throws {
    let run = try verify([changed, "--against", small, "--json"])
    let document = try JSONDocument(run.output)
    #expect(
      document.keys == [
        "schema", "path", "against", "holds", "checks", "bytes", "code_bytes", "total_bytes",
        "budget", "headroom", "parameters", "bits_per_parameter", "tensors",
        "sqnr_db_mean", "evaluation", "seconds", "warnings",
      ])
    #expect(
      document["tensors"]?.elements.first?.keys == [
        "name", "problem", "dtype", "reference_dtype", "shape", "encoding", "bytes",
        "bits_per_weight", "equal", "sqnr_db", "max_abs",
      ])
    #expect(
      document["checks"]?.elements.first?.keys == ["check", "holds", "limit", "value", "tensor"])
  }

  @Test func `a tensor that is missing fails, and so do limits that tokens would tell`() throws {
    let part = scratch.path("part.safetensors")
    #expect(try Command.birdie("convert", model, part, "--tensors", "blocks.*").status == 0)
    let run = try verify([part, "--against", model, "--max-kl", "9", "--json"] + tokens)
    #expect(run.status == 1, "\(run.talk)")
    let document = try JSONDocument(run.output)
    let checks = document["checks"]?.elements.map { $0["holds"]?.bool }
    #expect(checks == [false, false] && document["evaluation"]?.isNull == true)
    let problems = document["tensors"]?.elements.compactMap { $0["problem"]?.text }
    #expect(problems == ["missing", "missing", "missing", "missing", "missing", "missing"])
  }

  @Test func `a tensor that is left over fails`() throws {
    let header = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    let lone = try scratch.write("lone.safetensors", safetensors(header, payload: [1, 2]))
    let run = try verify([small, "--against", lone])
    #expect(run.status == 1)
    #expect(run.output.contains("broken    tensors: 1 does not match, such as b.weight\n"))
  }

  @Test(arguments: [(#"[1,2]"#, [1, 2] as [Float], "shape"), ("[2]", [1, .nan], "nonfinite")])
  func `a tensor of another shape, or with values that are no numbers, fails`(
    shape: String, values: [Float], problem: String
  ) throws {
    func file(_ name: String, _ shape: String, _ values: [Float]) throws -> String {
      let header = #"{"a":{"dtype":"F32","shape":\#(shape),"data_offsets":[0,8]}}"#
      return try scratch.write(name, safetensors(header, payload: values))
    }
    let run = try verify([
      file("b.safetensors", shape, values), "--against", file("a.safetensors", "[2]", [1, 2]),
      "--json",
    ])
    #expect(run.status == 1)
    let tensors = try JSONDocument(run.output)["tensors"]?.elements
    #expect(tensors?.map { $0["problem"]?.text } == [problem])
  }

  @Test func `an artifact's codes are told with the bits that they take`() throws {
    let folder = "golf/accepts/a-zlib-tag/"
    let run = try verify([
      Fixtures.path(folder + "artifact"), "--against",
      Fixtures.path(folder + "expected.safetensors"), "--json",
    ])
    let tensors = try JSONDocument(run.output)["tensors"]?.elements ?? []
    #expect(tensors.contains { $0["encoding"]?["kind"]?.text?.hasPrefix("int8") == true })
    #expect(tensors.allSatisfy { $0["equal"]?.bool == true && $0["sqnr_db"]?.isNull == true })
  }

  @Test(arguments: [
    [], ["--against", "b", "--max-kl", "1"], ["--against", "b", "--code", "c"],
    ["--against", "b", "--tokenizer", "t"], ["--against", "b", "--min-agreement", "2"],
    ["--against", "b", "--max-bytes", "0"], ["--against", "b", "--stride", "0"],
  ])
  func `what cannot be asked is refused before anything is read`(arguments: [String]) throws {
    let run = try verify(["none"] + arguments)
    #expect(run.status == 64 && run.talk.hasPrefix("error[U01]"), "\(run.talk)")
  }
}
