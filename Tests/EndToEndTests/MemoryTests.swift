import TestSupport
import Testing

/// Hostile files of a few kilobytes must not cost the memory that they ask for.
struct MemoryTests {
  static let formats = [
    "compressed", "distributed", "golf", "numpy", "pickle", "pytorch", "safetensors", "tar", "zip",
  ]

  @Test(arguments: formats)
  func `every hostile file is judged within 128 MiB of private memory`(format: String) throws {
    // Beyond the limit an allocation fails, which ends the process with a signal.
    let run = try Command.shell(
      """
      ulimit -d 131072; ulimit -c 0
      exec "$birdie" scan -q '\(Fixtures.path(format + "/rejects"))'/*
      """)
    #expect([65, 77].contains(run.status), "\(run.talk.suffix(500))")
  }

  @Test func `a decoder that asks for more than the limit is refused, and no other`() throws {
    let folder = try TemporaryFolder()
    // Its xz stream asks for a dictionary of 64 MiB.
    let artifact = Fixtures.path("golf/accepts/d-int5-stream-xz/artifact")
    let output = folder.path("out.safetensors")
    let refused = try Command.birdie("convert", artifact, output, "--memory-limit", "64MB")
    #expect(refused.status == 77)
    #expect(refused.talk.contains("error[C01]"))
    #expect(folder.names.isEmpty)
    #expect(
      try Command.birdie("convert", artifact, output, "--memory-limit", "64MiB").status == 0)
  }

  @Test(arguments: ["linear", "ties", "sce"])
  func `a merge needs less memory than one of its tensors`(method: String) throws {
    let folder = try TemporaryFolder()
    // Three tensors of 128 MiB; the stacks of threads are part of the private memory.
    let run = try Command.shell(
      #"""
      cd '\#(folder.root)'
      header='{"w":{"dtype":"F32","shape":[8192,4096],"data_offsets":[0,134217728]}}'
      write() {
        printf '\120\0\0\0\0\0\0\0%-80s' "$header"
        head -c 134217728 /dev/zero | tr '\0' "$1"
      }
      write '<' > base.safetensors; write '=' > one.safetensors; write '>' > two.safetensors
      parameters=''
      [ \#(method) = sce ] || parameters='parameters: {weight: 0.5}'
      [ \#(method) = linear ] || base='base_model: base.safetensors'
      printf 'merge_method: \#(method)\n%s\nmodels:\n- {model: one.safetensors}\n' "$base" > r.yml
      printf -- '- {model: two.safetensors}\n%s\n' "$parameters" >> r.yml
      ulimit -d 98304; ulimit -c 0
      "$birdie" merge r.yml out.safetensors --raw -q --threads 2 || exit 1
      # Every element is the same, and none is the base's.
      start=$(($(stat -c %s out.safetensors) - 134217728))
      cmp -n 134217724 -i $start:$((start + 4)) out.safetensors out.safetensors || exit 2
      ! cmp -s -n 4 -i $start:88 out.safetensors base.safetensors
      """#)
    #expect(run.status == 0, "\(run.talk.suffix(500))")
  }

  @Test func `one thread writes what many write`() throws {
    let folder = try TemporaryFolder()
    let artifact = Fixtures.path("golf/accepts/pgrp-small-3layer/artifact")
    for threads in ["1", "3"] {
      let run = try Command.birdie(
        "convert", artifact, folder.path("\(threads).safetensors"), "--threads", threads)
      #expect(run.status == 0)
    }
    #expect(try folder.bytes("1.safetensors") == folder.bytes("3.safetensors"))
  }
}
