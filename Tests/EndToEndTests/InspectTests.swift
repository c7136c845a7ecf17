import TestSupport
import Testing

struct InspectTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.write("model.safetensors", twoTensors())
  }

  @Test func `a file without a verb is inspected`() throws {
    let run = try Command.birdie(model)
    #expect(run.status == 0)
    #expect(run.output == (try Command.birdie("inspect", model).output))
    #expect(run.output.contains("b.weight  F32    [2, 2]"))
    #expect(run.talk.isEmpty)
  }

  @Test func `the document has the keys that the manual promises`() throws {
    let run = try Command.birdie("inspect", model, "--json", "--hash", "--stats")
    let document = try JSONDocument(run.output)
    #expect(
      document.keys == [
        "schema", "path", "format", "bytes", "parameters", "compressor", "tensors", "metadata",
        "ties", "warnings",
      ])
    #expect(document["schema"]?.integer == 1)
    #expect(document["format"]?.text == "safetensors")
    #expect(document["parameters"]?.integer == 6)
    #expect(document["compressor"]?.isNull == true)
    #expect(document["metadata"]?["format"]?.text == "pt")
    let tensor = try #require(document["tensors"]?.elements.first)
    #expect(tensor.keys == ["name", "dtype", "shape", "bytes", "encoding", "sha256", "stats"])
    #expect(
      tensor["stats"]?.keys == ["min", "max", "mean", "std", "absmax", "zeros", "nan"])
    // printf '\x00\x00\x80\x3f\x00\x00\x00\x40' | sha256sum
    #expect(
      tensor["sha256"]?.text
        == "b9c80b5adeca450753a16950c3cc655d271f7bef7a485bc83f112b72fef21d37")
  }

  @Test func `values are not read unless asked for`() throws {
    let document = try JSONDocument(try Command.birdie(model, "--json").output)
    #expect(
      document["tensors"]?.elements.first?.keys == ["name", "dtype", "shape", "bytes", "encoding"])
  }

  @Test func `a glob chooses tensors but not the totals`() throws {
    let document = try JSONDocument(
      try Command.birdie(model, "--json", "--tensors", "b.*").output)
    #expect(document["tensors"]?.elements.compactMap { $0["name"]?.text } == ["b.weight"])
    #expect(document["parameters"]?.integer == 6)
  }

  @Test func `several files make one document`() throws {
    let document = try JSONDocument(try Command.birdie("inspect", model, model, "--json").output)
    #expect(document.keys == ["schema", "checkpoints"])
    #expect(document["checkpoints"]?.elements.count == 2)
  }

  @Test func `a path that fails keeps no other from its turn`() throws {
    let run = try Command.birdie("inspect", model, "/no/such/file", model)
    #expect(run.status == 66)
    #expect(run.talk.hasPrefix("error[F01]"))
    #expect(run.output.ranges(of: "b.weight").count == 2)
    let document = try JSONDocument(
      try Command.birdie("inspect", "/no/such/file", model, "--json").output)
    #expect(document["checkpoints"]?.elements.first?.keys == ["path", "error"])
    #expect(document["checkpoints"]?.elements.last?["format"]?.text == "safetensors")
  }

  @Test func `a glob that nothing matches is an error`() throws {
    let run = try Command.birdie(model, "--tensors", "zzz*")
    #expect(run.status == 65)
    #expect(run.output.isEmpty)
    #expect(run.talk.hasPrefix("error[T19]"))
  }

  @Test func `quiet says nothing of a file that can be read`() throws {
    let run = try Command.birdie(model, "-q")
    #expect(run.status == 0)
    #expect(run.output.isEmpty && run.talk.isEmpty)
  }

  @Test func `JSON cannot steer a terminal or reorder what it shows`() throws {
    let header = #"{"\u009b2J\u202ex":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    let path = try folder.write("escape.safetensors", safetensors(header, payload: [1]))
    let output = try Command.birdie(path, "--json").output
    #expect(output.contains(#""\u009b2J\u202ex""#))
    #expect(
      try JSONDocument(output)["tensors"]?.elements.first?["name"]?.text == "\u{9b}2J\u{202e}x")
  }

  @Test func `colour comes only when forced, and NO_COLOR wins`() throws {
    let forced = ["CLICOLOR_FORCE": "1"]
    #expect(try !Command.birdie(model).output.contains("\u{1B}"))
    #expect(try Command.birdie(model, environment: forced).output.contains("\u{1B}["))
    for quiet in [["NO_COLOR": "1"], ["TERM": "dumb"]] {
      let environment = forced.merging(quiet) { $1 }
      #expect(try !Command.birdie(model, environment: environment).output.contains("\u{1B}"))
    }
  }

  @Test func `a name cannot steer the terminal`() throws {
    let header = #"{"\u001b[2Jx":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    let path = try folder.write("escape.safetensors", safetensors(header, payload: [1]))
    #expect(try Command.birdie(path).output.contains(#"\u{1B}[2Jx"#))
  }

  @Test func `a reader that closes the pipe ends the run without a word`() throws {
    let run = try Command.shell(
      #"trap '' PIPE; "$birdie" explain --json | head -c 1; echo " ${PIPESTATUS[0]}""#)
    #expect(run.talk.isEmpty)
  }

  @Test func `damage ends with 65 and the place`() throws {
    let path = try folder.write("cut.safetensors", twoTensors().dropLast())
    let run = try Command.birdie(path)
    #expect(run.status == 65)
    #expect(run.talk.hasPrefix("error[S"))
    #expect(run.talkLines.contains { $0.hasPrefix("  where: \(path)") })
  }
}

extension TemporaryFolder {
  fileprivate func write(_ name: String, _ bytes: ArraySlice<UInt8>) throws -> String {
    try write(name, Array(bytes))
  }
}
