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
}
