import TestSupport
import Testing

struct ConvertTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.write("model.safetensors", twoTensors())
  }

  @Test(arguments: ["copy.safetensors", "copy.pt", "copy.bin"])
  func `the ending chooses the format, and no value changes`(name: String) throws {
    let output = folder.path(name)
    let run = try Command.birdie("convert", model, output)
    #expect(run.status == 0)
    #expect(run.talk.isEmpty)
    #expect(run.output.hasPrefix("wrote 2 tensors"))
    #expect(try Command.birdie("diff", model, output).status == 0)
  }

  @Test func `an existing output is replaced only by force`() throws {
    let output = try folder.write("taken.safetensors", [1, 2, 3])
    let refused = try Command.birdie("convert", model, output)
    #expect(refused.status == 73)
    #expect(refused.talk.contains("--force"))
    #expect(try TemporaryFolder.bytes(of: output) == [1, 2, 3])
    #expect(try Command.birdie("convert", model, output, "--force").status == 0)
    #expect(try Command.birdie("diff", model, output).status == 0)
  }

  @Test func `a rehearsal says what it would write and writes nothing`() throws {
    let output = folder.path("new.safetensors")
    let run = try Command.birdie("convert", model, output, "--dry-run")
    #expect(run.status == 0)
    #expect(run.output.contains("would write 2 tensors"))
    #expect(folder.names == ["model.safetensors"])
    let plan = try JSONDocument(
      try Command.birdie("convert", model, output, "--dry-run", "--json").output)
    #expect(plan["dry_run"]?.bool == true)
    _ = try Command.birdie("convert", model, output)
    #expect(plan["output"]?["bytes"]?.integer == (try TemporaryFolder.bytes(of: output).count))
  }

  @Test func `a rehearsal fails where the conversion would`() throws {
    let taken = try folder.write("taken.safetensors", [1, 2, 3])
    #expect(try Command.birdie("convert", model, taken, "--dry-run").status == 73)
    #expect(try Command.birdie("convert", model, taken, "--dry-run", "--force").status == 0)
    let missing = try Command.birdie(
      "convert", model, folder.path("none/out.pt"), "--dry-run")
    #expect(missing.status == 73)
    #expect(missing.talk.contains("F06"))
  }

  @Test(arguments: [["out.pt"], ["out.safetensors"], ["out", "--to", "pytorch"]])
  func `shards need a folder`(output: [String]) throws {
    let path = folder.path(output[0])
    let run = try Command.run(
      ["convert", model, path, "--max-shard-size", "10B"] + output.dropFirst())
    #expect(run.status == 64)
    #expect(folder.names == ["model.safetensors"])
  }

  @Test func `names and types change as asked`() throws {
    let output = folder.path("small.safetensors")
    let run = try Command.birdie(
      "convert", model, output, "--tensors", "b.*", "--rename", "s/^b/layer/", "--dtype", "bf16",
      "--json")
    #expect(run.status == 0)
    let tensor = try #require(try JSONDocument(run.output)["tensors"]?.elements.first)
    #expect(tensor["name"]?.text == "layer.weight")
    #expect(tensor["dtype"]?.text == "BF16")
    #expect(tensor["bytes"]?.integer == 8)
  }

  @Test func `quiet says nothing`() throws {
    let run = try Command.birdie("convert", model, folder.path("q.safetensors"), "-q")
    #expect(run.status == 0)
    #expect(run.output.isEmpty && run.talk.isEmpty)
  }

  @Test func `a limit on the size of files is an error and leaves nothing behind`() throws {
    let header = #"{"a":{"dtype":"F32","shape":[1000000],"data_offsets":[0,4000000]}}"#
    let big = try folder.write("big.safetensors", safetensors(header, payload: []))
    let run = try Command.shell(
      """
      truncate -s +4000000 '\(big)'; ulimit -f 100
      "$birdie" convert '\(big)' '\(folder.path("out.safetensors"))'
      """)
    #expect(run.status == 74)
    #expect(run.talk.contains("error[F03]") && run.talk.contains("File too large"))
    #expect(folder.names == ["big.safetensors", "model.safetensors"])
  }

  @Test func `a name that no safetensors file may have can be changed on the way`() throws {
    let header = #"{"a/../b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    let odd = try folder.write("odd.safetensors", safetensors(header, payload: [1]))
    let refused = try Command.birdie("convert", odd, folder.path("out.safetensors"))
    #expect(refused.status == 65 && refused.talk.contains("--rename"))
  }

  @Test func `damage leaves nothing behind`() throws {
    let broken = try folder.write("cut.safetensors", Array(twoTensors().dropLast()))
    let run = try Command.birdie("convert", broken, folder.path("out.safetensors"))
    #expect(run.status == 65)
    #expect(folder.names == ["cut.safetensors", "model.safetensors"])
  }

  @Test func `a signal removes what was written and ends with 130`() throws {
    let header = #"{"a":{"dtype":"F32","shape":[100000000],"data_offsets":[0,400000000]}}"#
    let big = try folder.write("big.safetensors", safetensors(header, payload: []))
    let output = folder.path("never.safetensors")
    let partial = folder.path(".never.safetensors.partial")
    // TERM because a shell makes its background jobs deaf to INT; both are handled alike.
    let run = try Command.shell(
      """
      truncate -s +400000000 '\(big)'
      "$birdie" convert '\(big)' '\(output)' --dtype bf16 -q & pid=$!
      for i in $(seq 500); do [ -s '\(partial)' ] && break; sleep 0.01; done
      kill -TERM $pid; wait $pid
      """)
    #expect(run.status == 130)
    #expect(run.talk == "\nerror[U03]: interrupted; nothing was written\n")
    #expect(folder.names == ["big.safetensors", "model.safetensors"])
  }
}
