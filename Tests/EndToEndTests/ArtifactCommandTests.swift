import TestSupport
import Testing

struct ArtifactCommandTests {
  private let folder: TemporaryFolder
  private let source = Fixtures.path("golf/accepts/wm-int6-zstd/artifact")
  private var artifact: String { folder.path("model.birdie") }

  init() throws { folder = try TemporaryFolder() }

  @Test func `an artifact and its decoder are written, and their sizes told`() throws {
    let decoder = folder.path("decode.py")
    let run = try Command.birdie(
      "convert", source, artifact, "--decoder", decoder, "--json")
    #expect(run.status == 0)
    let summary = try JSONDocument(run.output)
    let bytes = try TemporaryFolder.bytes(of: decoder)
    #expect(summary["decoder"]?["bytes"]?.integer == bytes.count)
    #expect((summary["decoder"]?["zlib_bytes"]?.integer ?? .max) <= 2500)
    #expect(
      summary["output"]?["bytes"]?.integer == (try TemporaryFolder.bytes(of: artifact).count))
    #expect(try Command.birdie("diff", source, artifact).status == 0)
  }

  @Test func `the entropy of codes is told for each tensor and for all`() throws {
    _ = try Command.birdie("convert", source, artifact)
    let run = try Command.birdie("inspect", artifact, "--entropy", "--tensors", "*mlp.fc*")
    #expect(run.status == 0)
    #expect(run.output.contains("bits per code"))
    #expect(run.output.contains("brotli -q 11"))
    let json = try Command.birdie(
      "inspect", artifact, "--entropy", "--tensors", "*mlp.fc*", "--json")
    let entropy = try JSONDocument(json.output)["tensors"]?.elements.first?["entropy"]
    let coded = try #require(entropy?["artifact"]?.number)
    let model = try #require(entropy?["model"]?.number)
    #expect(coded >= model)
    // A lane's state and the precision of frequencies: less than a hundredth for so few codes.
    #expect(coded < 1.01 * model)
  }

  @Test func `a rehearsal does not know the length of an artifact`() throws {
    let run = try Command.birdie("convert", source, artifact, "--dry-run")
    #expect(run.status == 0)
    #expect(run.output.contains("as coding decides"))
    #expect(folder.names.isEmpty)
  }

  @Test(arguments: [
    ["out.safetensors", "--decoder", "decode.py"], ["out.safetensors", "--log-scales", "16"],
    ["out.birdie", "--log-scales", "3"], ["out.birdie", "--max-shard-size", "1GB"],
  ])
  func `what an output cannot have is a usage error`(arguments: [String]) throws {
    let path = folder.path(arguments[0])
    let run = try Command.run(["convert", source, path] + arguments.dropFirst())
    #expect(run.status == 64)
    #expect(folder.names.isEmpty)
  }

  @Test func `a decoder for a type that numpy lacks is refused, and the artifact stays`() throws {
    let run = try Command.birdie(
      "convert", Fixtures.path("safetensors/accepts/f4.safetensors"), artifact, "--decoder",
      folder.path("decode.py"))
    #expect(run.status == 65)
    #expect(run.talk.contains("T13"))
    #expect(folder.names == ["model.birdie"])
  }
}
