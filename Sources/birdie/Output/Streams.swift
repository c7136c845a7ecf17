import Diagnostics
import Files
import Glibc
import TensorCore

/// stdout: what the caller asked for.
enum Data {
  /// Writes text as it is. `achievement` is what was done already, which an error has to say.
  static func write(_ text: String, after achievement: String? = nil) {
    write(Array(text.utf8), after: achievement)
  }

  /// Writes bytes as they are; ends the process when nobody takes them.
  static func write(_ bytes: [UInt8], after achievement: String? = nil) {
    guard let code = FileDescriptor(rawValue: STDOUT_FILENO).write(bytes) else { return }
    // `birdie … | head` closes the pipe on purpose: no message, and the status of SIGPIPE.
    guard code != EPIPE else { _exit(128 + SIGPIPE) }
    let rejection = Rejection(
      FileRules.inputOutput,
      "cannot write to stdout: \(String(cString: strerror(code)))"
        + (achievement.map { "; \($0)" } ?? ""))
    Talk.write(ErrorReport(rejection).lines())
    _exit(rejection.rule.status.rawValue)
  }
}

/// stderr: warnings, progress and errors.
enum Talk {
  /// Writes text as it is.
  static func write(_ text: String) {
    guard let code = FileDescriptor(rawValue: STDERR_FILENO).write(Array(text.utf8)) else { return }
    // There is no place left to say it.
    _exit(code == EPIPE ? 128 + SIGPIPE : ExitStatus.inputOutput.rawValue)
  }
}

private struct FileDescriptor {
  let rawValue: Int32

  /// Writes all of `bytes`; gives the system's number of the error where it cannot.
  func write(_ bytes: [UInt8]) -> Int32? {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { raw in
        Glibc.write(rawValue, raw.baseAddress.map { $0 + written }, raw.count - written)
      }
      if count > 0 {
        written += count
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }
}
