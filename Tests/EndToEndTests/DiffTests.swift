import Testing

struct DiffTests {
  private let folder: ScratchFolder
  private let model: String
  private let changed: String

  init() throws {
    folder = try ScratchFolder()
    model = try folder.file("model.safetensors", twoTensors())
    changed = try folder.file("changed.safetensors", twoTensors(second: 2.5))
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

  @Test func `quiet leaves the status alone to speak`() throws {
    let run = try Command.birdie("diff", model, changed, "-q")
    #expect(run.status == 1)
    #expect(run.output.isEmpty && run.talk.isEmpty)
  }
}
