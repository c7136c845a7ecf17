import ArgumentParser
import TensorCore

/// What a command may take of the machine.
struct MachineFlags: ParsableArguments {
  @Option(parsing: .unconditional, help: "The most threads to use; without it, all processors.")
  var threads: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The most memory that decoders may ask for; files are streamed and count for nothing.",
      valueName: "size"))
  var memoryLimit: ByteSize?

  /// What a run needs whatever it reads.
  private static let neededByteCount = 64_000_000

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads \(threads): give at least 1") }
    if let memoryLimit, memoryLimit.byteCount < Self.neededByteCount {
      throw ValidationError(
        "--memory-limit \(memoryLimit.byteCount): a run needs \(Self.neededByteCount) bytes")
    }
  }

  /// Makes the limits those of the process.
  func apply() {
    MachineBudget.limit(threadCount: threads, memoryByteCount: memoryLimit?.byteCount)
  }
}
