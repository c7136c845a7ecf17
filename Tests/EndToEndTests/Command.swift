import Glibc
import TestSupport

/// Runs the `birdie` that was built beside these tests.
enum Command {
  /// What a run left behind.
  struct Outcome {
    let status: Int32
    let output: String
    let talk: String

    /// The lines of stderr.
    var talkLines: [Substring] { talk.split(separator: "\n") }
  }

  /// Runs `birdie` with arguments and, on top of a bare environment, these variables. Where they
  /// name no Hub, nobody listens at the one that is asked: no test reaches the public one.
  static func birdie(
    _ arguments: String..., environment: [String: String] = [:]
  ) throws -> Outcome {
    try run([executable] + arguments, environment)
  }

  /// Runs `birdie` with arguments that a test was given.
  static func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Outcome {
    try run([executable] + arguments, environment)
  }

  /// Runs a shell script in which `$birdie` is the program.
  static func shell(_ script: String) throws -> Outcome {
    try run(["/bin/bash", "-c", script], ["birdie": executable])
  }

  /// The program lies in the folder of the test bundle that is running.
  private static var executable: String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &buffer, buffer.count)
    let path = String(
      decoding: buffer.prefix(max(length, 0)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return path[..<(path.lastIndex(of: "/") ?? path.startIndex)] + "/birdie"
  }

  private static func run(
    _ arguments: [String], _ environment: [String: String]
  ) throws -> Outcome {
    let folder = try TemporaryFolder()
    let (output, talk) = (folder.path("stdout"), folder.path("stderr"))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, talk, O_WRONLY | O_CREAT, 0o600)
    // Threads of a test's pool block signals, and a child would inherit that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var variables = ["HF_ENDPOINT": "http://127.0.0.1:1"].merging(environment) { $1 }
    for name in ["PATH", "LD_LIBRARY_PATH", "LLVM_PROFILE_FILE"] + sanitizerOptions {
      if let value = getenv(name) { variables[name] = String(cString: value) }
    }
    var process = pid_t()
    let program = arguments[0]
    let code = withCStrings(arguments) { arguments in
      withCStrings(variables.map { "\($0.key)=\($0.value)" }) { environment in
        posix_spawn(&process, program, &actions, &attributes, arguments, environment)
      }
    }
    guard code == 0 else { throw SpawnFailure(code: code) }
    var status: Int32 = 0
    waitpid(process, &status, 0)
    return Outcome(
      status: status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F),
      output: try text(of: output), talk: try text(of: talk))
  }

  /// The program was built as the tests were, and is judged as they are.
  private static let sanitizerOptions = ["ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"]

  private static func text(of path: String) throws -> String {
    String(decoding: try TemporaryFolder.bytes(of: path), as: UTF8.self)
  }

  private static func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = texts.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }

  private struct SpawnFailure: Error { let code: Int32 }
}
