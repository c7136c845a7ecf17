import TestSupport
import Testing

struct DiffTests {
  private let folder: TemporaryFolder
  private let model: String
  private let changed: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.write("model.safetensors", twoTensors())
    changed = try folder.write("changed.safetensors", twoTensors(second: 2.5))
  }

  @Test func `a file is the same as itself`() throws {
    let run = try Command.birdie("diff", model, model)
    #expect(run.status == 0)
    #expect(run.output == "same: 2 of 2 tensors equal\n")
  }

  @Test func `a changed value is listed and ends with 1`() throws {
    let run = try Command.birdie("diff", model, changed)
    #expect(run.status == 1)
    #expect(run.talk.isEmpty)
    #expect(run.output.contains("\na     F32    [2]        0.5"))
    #expect(run.output.hasSuffix("different: 1 of 2 tensors equal\n"))
  }

  @Test func `a tolerance of the distance itself admits it`() throws {
    #expect(try Command.birdie("diff", model, changed, "--tolerance", "0.5").status == 0)
    #expect(try Command.birdie("diff", model, changed, "--tolerance", "0.49").status == 1)
  }

  @Test func `the document measures every tensor`() throws {
    let run = try Command.birdie("diff", model, changed, "--json")
    #expect(run.status == 1)
    let document = try JSONDocument(run.output)
    #expect(document["same"]?.bool == false)
    let tensors = try #require(document["tensors"]?.elements)
    #expect(tensors.compactMap { $0["equal"]?.bool } == [false, true])
    #expect(
      tensors.first?.keys == [
        "name", "equal", "dtype", "shape", "max_abs", "max_ulp", "cosine", "sqnr_db", "differing",
        "nonfinite_mismatches",
      ])
    // 2.5 is 0x40200000 and 2 is 0x40000000.
    #expect(tensors.first?["max_ulp"]?.integer == 0x200000)
  }

  @Test func `a tensor that one side lacks counts among those that are not equal`() throws {
    let header = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    let lone = try folder.write("lone.safetensors", safetensors(header, payload: [1, 2]))
    let run = try Command.birdie("diff", model, lone)
    #expect(run.status == 1)
    #expect(run.output == "only in \(model): b.weight\ndifferent: 1 of 2 tensors equal\n")
  }

  @Test func `a name that is noted as a tie stands for the tensor that was kept`() throws {
    let one = #""a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#
    let two = #"{\#(one),"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#
    let full = try folder.write("full.safetensors", safetensors(two, payload: [1, 2, 1, 2]))
    let tied = try folder.write(
      "tied.safetensors",
      safetensors(#"{"__metadata__":{"b":"a","format":"a"},\#(one)}"#, payload: [1, 2]))
    for pair in [(full, tied), (tied, full)] {
      let run = try Command.birdie("diff", pair.0, pair.1)
      #expect(run.status == 0)
      #expect(run.output == "same: 2 of 2 tensors equal\n")
    }
    let document = try JSONDocument(try Command.birdie(tied, "--json").output)
    #expect(document["ties"]?.elements.map { $0.elements.map(\.text) } == [["a", "b"]])
  }

  @Test func `quiet leaves the status alone to speak`() throws {
    let run = try Command.birdie("diff", model, changed, "-q")
    #expect(run.status == 1)
    #expect(run.output.isEmpty && run.talk.isEmpty)
  }

  @Test(arguments: [
    ["diff", "BAD", "BAD"], ["inspect", "BAD", "--hash"], ["inspect", "BAD", "--stats"],
    ["eval", "BAD", "--tokens", "none"], ["calibrate", "BAD", "OUT", "--tokens", "none"],
  ])
  func `what reads values refuses those that differ from their checksum`(
    arguments: [String]
  ) throws {
    let damaged = Fixtures.path("zip/rejects/Z04-payload-bit.pt")
    let names = ["BAD": damaged, "OUT": folder.path("out.safetensors")]
    let run = try Command.run(arguments.map { names[$0] ?? $0 })
    #expect(run.status == 65)
    #expect(run.talk.contains("error[Z04]"))
    #expect(try Command.birdie("inspect", damaged).status == 0)
  }
}
