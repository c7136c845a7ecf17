import Diagnostics
import Glibc

/// stdout: what the caller asked for.
enum Data {
  /// Writes text as it is.
  static func write(_ text: String) { write(Array(text.utf8)) }

  /// Writes bytes as they are.
  static func write(_ bytes: [UInt8]) { FileDescriptor(rawValue: STDOUT_FILENO).write(bytes) }
}

/// stderr: warnings, progress and errors.
enum Talk {
  /// Writes text as it is.
  static func write(_ text: String) {
    FileDescriptor(rawValue: STDERR_FILENO).write(Array(text.utf8))
  }
}

private struct FileDescriptor {
  let rawValue: Int32

  /// Writes all of `bytes`; ends the process when nobody reads them any more.
  func write(_ bytes: [UInt8]) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { raw in
        Glibc.write(rawValue, raw.baseAddress.map { $0 + written }, raw.count - written)
      }
      if count > 0 {
        written += count
      } else if errno != EINTR {
        giveUp()
      }
    }
  }

  private func giveUp() -> Never {
    // `birdie … | head` closes the pipe on purpose: no message, and the status of SIGPIPE.
    _exit(errno == EPIPE ? 128 + SIGPIPE : ExitStatus.inputOutput.rawValue)
  }
}
