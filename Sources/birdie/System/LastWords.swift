import Checkpoints
import Diagnostics
import Glibc

/// What a signal handler prints before the process ends: a handler may not allocate, so the text is
/// made in advance and lives as long as the process.
struct LastWords {
  private let message: UnsafeMutablePointer<CChar>?
  private let messageLength: Int
  private let document: UnsafeMutablePointer<CChar>?
  private let documentLength: Int

  /// `text` for stderr, and `rejection` as the document that stdout carries for a script.
  init(_ text: String, _ rejection: Rejection, asJSON isJSON: Bool) {
    message = strdup(text)
    messageLength = text.utf8.count
    guard isJSON else {
      (document, documentLength) = (nil, 0)
      return
    }
    let content: JSONValue = ["schema": 1, "error": ErrorReport(rejection).json]
    let json = String(decoding: content.encoded(.pretty), as: UTF8.self) + "\n"
    document = strdup(json)
    documentLength = json.utf8.count
  }

  /// Prints and ends the process; calls only what POSIX lists as safe in a handler.
  func leave(_ status: ExitStatus) -> Never {
    write(STDERR_FILENO, message, messageLength)
    if let document { write(STDOUT_FILENO, document, documentLength) }
    _exit(status.rawValue)
  }
}
