import Diagnostics
import Glibc

/// What Ctrl-C does while an output is being written: it goes, and one line says so.
enum Interruption {
  /// Paths as C strings that live as long as the process: a signal handler may not allocate.
  nonisolated(unsafe) private static var partialPaths: [UnsafeMutablePointer<CChar>?] = []
  nonisolated(unsafe) private static var message: UnsafeMutablePointer<CChar>?
  nonisolated(unsafe) private static var messageLength = 0

  /// From now on a signal removes these files and, once they are empty, folders, and ends the
  /// process with status 130.
  static func prepare(removing paths: [String]) {
    let rule = CommandRules.interrupted
    let text = "\nerror[\(rule.id)]: \(rule.title); nothing was written\n"
    message = strdup(text)
    messageLength = text.utf8.count
    partialPaths = paths.map { strdup($0) }
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) {
      signal(number) { _ in Interruption.end() }
    }
  }

  /// Whether whoever started the process wants it to survive a signal, as `nohup` does.
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Calls only what POSIX lists as safe in a handler.
  private static func end() {
    for path in partialPaths {
      if let path, unlink(path) != 0 { rmdir(path) }
    }
    write(STDERR_FILENO, message, messageLength)
    _exit(ExitStatus.interrupted.rawValue)
  }
}
