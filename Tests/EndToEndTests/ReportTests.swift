import TestSupport
import Testing

struct ReportTests {
  private static let evaluation = "language_models/evaluation/"
  private let model = Fixtures.path(evaluation + "model.safetensors")
  private let candidate = Fixtures.path(evaluation + "candidate.safetensors")
  private let tokens = Fixtures.path(evaluation + "fineweb_val_*.bin")
  private let scratch: TemporaryFolder
  private let report: String

  init() throws {
    scratch = try TemporaryFolder()
    report = scratch.path("report")
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try TemporaryFolder.bytes(of: "\(report)/\(name)"), as: UTF8.self)
  }

  @Test func `a report is a page, and the same as data`() throws {
    let run = try Command.birdie(
      "verify", candidate, "--against", model, "--tokens", tokens, "--sequence-length", "32",
      "--report", report)
    #expect(run.status == 0, "\(run.talk)")
    let page = try text("index.html")
    #expect(page.hasPrefix("<!DOCTYPE html>"))
    for title in ["Checks", "Where the bytes are", "Errors by layer", "Tensors"] {
      #expect(page.contains("<h2>\(title)</h2>"))
    }
    let document = try JSONDocument(text("report.json"))
    #expect(
      document.keys == [
        "schema", "path", "against", "holds", "checks", "bytes", "code_bytes", "total_bytes",
        "budget", "headroom", "parameters", "bits_per_parameter", "tensors", "sqnr_db_mean",
        "evaluation", "seconds", "warnings", "compound_error",
      ])
    #expect(
      document["tensors"]?.elements.first?.keys.suffix(5) == [
        "layer", "method", "order_0_bits_per_weight", "cost_nats", "step_factor",
      ])
    let readers = document["compound_error"]?.elements.compactMap { $0["layer"]?.text }
    #expect(readers == ["bigram", "blocks.0", "blocks.1", "blocks.2", "tok_emb"])
    #expect(page.contains("<h2>Compound error</h2>") && !page.contains("<h2>Sensitivity</h2>"))
    let layers = document["tensors"]?.elements.compactMap { $0["layer"]?.text } ?? []
    #expect(Set(layers).isSuperset(of: ["blocks.0", "blocks.1", "blocks.2", "tok_emb"]))
  }

  @Test func `a page loads nothing and runs nothing, whatever tensors are called`() throws {
    let name = #"</td><script src='//evil'></script><img src=x onerror=\"y\">\u202e.0.w"#
    let header = #"{"\#(name)":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    let left = try scratch.write("a.safetensors", safetensors(header, payload: [1, 2]))
    let right = try scratch.write("b.safetensors", safetensors(header, payload: [1, 2.5]))
    let run = try Command.birdie("verify", right, "--against", left, "--report", report)
    #expect(run.status == 0, "\(run.talk)")
    let page = try text("index.html")
    #expect(page.contains("&lt;script src=&#39;//evil&#39;&gt;"))
    #expect(!page.contains("<script") && !page.contains("<img") && !page.contains("\u{202E}"))
    let links = page.matches(of: /(?:href|src)="([^"]*)"/).map { String($0.output.1) }
    #expect(!links.isEmpty && links.allSatisfy { $0.hasPrefix("#") })
  }

  @Test func `the report of an artifact shows its grids`() throws {
    let folder = "birdie/accepts/encoding-grid/"
    let run = try Command.birdie(
      "verify", Fixtures.path(folder + "artifact.birdie"), "--against",
      Fixtures.path(folder + "expected.safetensors"), "--report", report)
    #expect(run.status == 0, "\(run.talk)")
    #expect(try text("index.html").contains("in steps of the grid</figcaption>"))
  }

  @Test func `a broken limit is in the report too`() throws {
    let run = try Command.birdie(
      "verify", candidate, "--against", model, "--max-bytes", "1", "--report", report)
    #expect(run.status == 1)
    #expect(try JSONDocument(text("report.json"))["holds"]?.bool == false)
    #expect(try text("index.html").contains("✗ broken"))
  }

  @Test func `an existing folder is kept without --force, before anything is computed`() throws {
    func verify(_ more: String...) throws -> Command.Outcome {
      try Command.run(["verify", candidate, "--against", model, "--report", report] + more)
    }
    #expect(try verify().status == 0)
    let again = try verify()
    #expect(again.status == 73 && again.talk.contains("error[F02]"))
    #expect(try verify("--force").status == 0)
  }

  @Test func `runs are compared by their reports`() throws {
    let others = try [candidate, model].map { path in
      let folder = scratch.path("run-\(path == model ? "exact" : "coarse")")
      let run = try Command.birdie("verify", path, "--against", model, "--report", folder)
      #expect(run.status == 0, "\(run.talk)")
      return folder + "/report.json"
    }
    let run = try Command.birdie(
      "verify", candidate, "--against", model, "--report", report, "--compare", others[0])
    #expect(run.status == 0, "\(run.talk)")
    #expect(try text("index.html").contains(">run-coarse</text>"))
    // What has no noise has no place on an axis of noise.
    let exact = try Command.birdie(
      "verify", candidate, "--against", model, "--report", report, "--force", "--compare",
      others[1])
    #expect(exact.status == 0)
    #expect(try !text("index.html").contains("What bits buy"))
    let wrong = try Command.birdie(
      "verify", candidate, "--against", model, "--report", report, "--force", "--compare",
      Fixtures.path(Self.evaluation + "config.json"))
    #expect(wrong.status == 64 && wrong.talk.contains("not the report.json of a run"))
  }

  @Test func `quantize reports what it wrote, with the method of each tensor`() throws {
    let output = scratch.path("out.birdie")
    let run = try Command.birdie(
      "quantize", model, output, "--method", "rtn", "--tensors", "blocks.*mlp.fc*=rtn",
      "--report", report, "--report-tokens", tokens, "--sequence-length", "32")
    #expect(run.status == 0, "\(run.talk)")
    let document = try JSONDocument(text("report.json"))
    let methods = document["tensors"]?.elements.compactMap { $0["method"]?.text }
    #expect(methods == ["rtn", "rtn", "rtn"])
    #expect(document["evaluation"]?["reference"]?["kl_mean"]?.number ?? 0 > 0)
    #expect(try text("index.html").contains("rtn: int8_row"))
  }

  @Test func `a page says what each matrix was measured to cost`() throws {
    let run = try Command.birdie(
      "quantize", model, scratch.path("out.birdie"), "--step", "2", "--tensors",
      "blocks.0.mlp.*.weight=trellis,states=8", "--calibrate", tokens, "--calibration-tokens", "32",
      "--fisher-tokens", "0", "--tune-tokens", "0", "--sequence-length", "16", "--report", report)
    #expect(run.status == 0, "\(run.talk)")
    let page = try text("index.html")
    #expect(page.contains("<h2>Sensitivity</h2>") && page.contains("<th scope=\"col\">step factor"))
    // Without tokens nothing goes through the layers.
    #expect(!page.contains("<h2>Compound error</h2>"))
    let document = try JSONDocument(text("report.json"))
    let costs = document["tensors"]?.elements.compactMap { $0["cost_nats"]?.number } ?? []
    #expect(costs.count == 2 && costs.allSatisfy { $0 > 0 })
    #expect(document["compound_error"]?.elements.isEmpty == true)
  }

  @Test(arguments: [
    ["verify", "a", "--against", "b", "--compare", "r.json"],
    ["verify", "a", "--against", "b", "--force"],
    ["quantize", "a", "b.birdie", "--report-tokens", "t"],
  ])
  func `flags of a report mean nothing without one`(arguments: [String]) throws {
    let run = try Command.run(arguments)
    #expect(run.status == 64 && run.talk.hasPrefix("error[U01]"), "\(run.talk)")
  }
}
