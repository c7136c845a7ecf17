import Glibc

/// Colours and weights for a terminal; plain text everywhere else.
struct Ink {
  private let isColoured: Bool

  /// Ink for a file descriptor, as NO_COLOR, TERM and CLICOLOR_FORCE want it.
  init(for descriptor: Int32) {
    if !Environment.isEmpty("NO_COLOR") || Environment.value("TERM") == "dumb" {
      isColoured = false
    } else if let forced = Environment.value("CLICOLOR_FORCE"), !forced.isEmpty, forced != "0" {
      isColoured = true
    } else {
      isColoured = isatty(descriptor) == 1
    }
  }

  func bold(_ text: String) -> String { escape("1", text) }
  func dim(_ text: String) -> String { escape("2", text) }
  func red(_ text: String) -> String { escape("1;31", text) }
  func green(_ text: String) -> String { escape("32", text) }
  func yellow(_ text: String) -> String { escape("1;33", text) }

  private func escape(_ code: String, _ text: String) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

/// The environment variables of the process.
enum Environment {
  static func value(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Whether a variable is unset or empty.
  static func isEmpty(_ name: String) -> Bool { value(name)?.isEmpty ?? true }
}
