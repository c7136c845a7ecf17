/// What a process says when it ends: the sysexits numbers that scripts already know.
public enum ExitStatus: Int32, Sendable {
  /// The job is done and every check passed.
  case done = 0
  /// A check failed or a difference was found.
  case difference = 1
  /// The command line could not be understood.
  case usage = 64
  /// The input is damaged, contradictory or of no known format.
  case badData = 65
  /// The input does not exist or cannot be read.
  case noInput = 66
  /// A server or a program that the job needs is not there.
  case unavailable = 69
  /// The output exists already or cannot be created.
  case cannotCreate = 73
  /// Reading or writing failed half-way: a full disk, a broken device.
  case inputOutput = 74
  /// The same call may succeed later.
  case tryAgain = 75
  /// The input is refused as dangerous, or the operation is not allowed.
  case refused = 77
  /// A signal stopped the job.
  case interrupted = 130
}
