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
}
