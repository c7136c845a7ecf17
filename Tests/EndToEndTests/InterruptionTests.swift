import TestSupport
import Testing

/// What a conversion leaves behind when it is killed, hindered or told to stop.
struct InterruptionTests {
  private let folder: TemporaryFolder
  /// A file of 400 MB that takes no room on the disk: tensor `a`, and the small `b`.
  private let big: String

  init() throws {
    folder = try TemporaryFolder()
    let header =
      #"{"a":{"dtype":"F32","shape":[100000000],"data_offsets":[0,400000000]},"#
      + #""b":{"dtype":"F32","shape":[1],"data_offsets":[400000000,400000004]}}"#
    big = try folder.write("big.safetensors", safetensors(header, payload: []))
  }

  /// Starts a conversion of the big file and sends a signal once `sign` exists.
  private func interrupted(
    _ signal: String, _ output: String, sign: String, _ options: String = ""
  ) throws -> Command.Outcome {
    try Command.shell(
      """
      truncate -s +400000004 '\(big)'
      "$birdie" convert '\(big)' '\(folder.path(output))' --dtype bf16 -q \(options) & pid=$!
      for i in $(seq 500); do [ -s '\(folder.path(sign))' ] && break; sleep 0.01; done
      kill -\(signal) $pid; wait $pid
      """)
  }

  @Test func `a run that is killed leaves a hidden file and the next run takes it over`() throws {
    let run = try interrupted("KILL", "out.safetensors", sign: ".out.safetensors.partial")
    #expect(run.status == 137)
    #expect(folder.names == [".out.safetensors.partial", "big.safetensors"])
    let next = try Command.birdie(
      "convert", big, folder.path("out.safetensors"), "--tensors", "b")
    #expect(next.status == 0)
    #expect(next.talk.contains("F05"))
    #expect(folder.names == ["big.safetensors", "out.safetensors"])
    #expect(try Command.birdie("inspect", folder.path("out.safetensors")).status == 0)
  }

  @Test func `a run that is killed leaves a hidden folder and the next run takes it over`() throws {
    let run = try interrupted("KILL", "out", sign: ".out.partial", "--max-shard-size 100B")
    #expect(run.status == 137)
    #expect(folder.names == [".out.partial", "big.safetensors"])
    let next = try Command.birdie(
      "convert", big, folder.path("out"), "--tensors", "b", "--max-shard-size", "100B")
    #expect(next.status == 0)
    #expect(next.talk.contains("F05"))
    #expect(folder.names == ["big.safetensors", "out"])
  }

  @Test func `a signal removes the shards that were written`() throws {
    let run = try interrupted("TERM", "out", sign: ".out.partial", "--max-shard-size 100B")
    #expect(run.status == 130)
    #expect(folder.names == ["big.safetensors"])
  }

  @Test func `a signal to a run whose output is asked for as JSON gives the error as JSON`() throws
  {
    let run = try interrupted(
      "TERM", "out.pt", sign: ".out.pt.partial", "--json")
    #expect(run.status == 130)
    #expect(try JSONDocument(run.output)["error"]?["rule"]?.text == "U03")
    #expect(folder.names == ["big.safetensors"])
  }

  @Test func `a second run that writes the same file is refused`() throws {
    let run = try Command.shell(
      """
      truncate -s +400000004 '\(big)'
      "$birdie" convert '\(big)' '\(folder.path("o.safetensors"))' --dtype bf16 -q & pid=$!
      for i in $(seq 500); do [ -s '\(folder.path(".o.safetensors.partial"))' ] && break; sleep 0.01; done
      "$birdie" convert '\(big)' '\(folder.path("o.safetensors"))' --tensors b
      status=$?; kill -TERM $pid; wait $pid; exit $status
      """)
    #expect(run.status == 73)
    #expect(run.talk.contains("F02"))
  }

  @Test func `a disk that is full ends the run and leaves nothing`() throws {
    // The limit counts blocks of 1024 bytes; without the signal a write just fails.
    let run = try Command.shell(
      """
      truncate -s +400000004 '\(big)'
      trap '' XFSZ; ulimit -f 100
      exec "$birdie" convert '\(big)' '\(folder.path("o.safetensors"))' --dtype bf16
      """)
    #expect(run.status == 74)
    #expect(run.talk.contains("F03"))
    #expect(folder.names == ["big.safetensors"])
  }

  @Test func `a disk that is full while the kernel copies ends the run too`() throws {
    let run = try Command.shell(
      """
      truncate -s +400000004 '\(big)'
      trap '' XFSZ; ulimit -f 100
      exec "$birdie" convert '\(big)' '\(folder.path("o.safetensors"))'
      """)
    #expect(run.status == 74)
    #expect(run.talk.contains("F03"))
    #expect(folder.names == ["big.safetensors"])
  }

  @Test func `an input that is cut while it is read leaves nothing behind`() throws {
    let run = try Command.shell(
      """
      truncate -s +400000004 '\(big)'
      "$birdie" convert '\(big)' '\(folder.path("o.pt"))' --dtype bf16 -q & pid=$!
      for i in $(seq 500); do [ -s '\(folder.path(".o.pt.partial"))' ] && break; sleep 0.01; done
      sleep 0.05; truncate -s 4096 '\(big)'; wait $pid
      """)
    #expect(run.status == 75)
    #expect(folder.names == ["big.safetensors"])
  }
}
