internal import Glibc

/// An extended regular expression of POSIX, compiled and matched by the functions that `sed -E`
/// uses: names from a file cannot make it take exponential time.
///
/// Unchecked because nothing changes it once it is compiled: matching locks what it keeps. Safe
/// because the pointer is its own and lives as long as it does.
@safe
final class ExtendedPattern: @unchecked Sendable {
  /// How many groups it has.
  let groupCount: Int
  private let compiled = UnsafeMutablePointer<regex_t>.allocate(capacity: 1)
  /// Characters are those of UTF-8, whatever the process was started in; nil where there is no
  /// such locale, and characters are bytes.
  nonisolated(unsafe) private static let characters: locale_t? =
    unsafe newlocale(1 << LC_CTYPE, "C.UTF-8", nil)

  private static let extended: Int32 = 1
  private static let ignoringCase: Int32 = 2
  /// The first match tells where to search.
  private static let within: Int32 = 4

  /// Compiles a pattern; nil if it is none.
  init?(_ text: String, ignoresCase: Bool) {
    let flags = Self.extended | (ignoresCase ? Self.ignoringCase : 0)
    let compiled = unsafe compiled
    let status = Self.withCharacters { unsafe regcomp(compiled, Self.posix(text), flags) }
    groupCount = unsafe status == 0 ? compiled.pointee.re_nsub : 0
    guard status == 0 else {
      unsafe compiled.deallocate()
      isCompiled = false
      return nil
    }
    isCompiled = true
  }

  private let isCompiled: Bool

  deinit {
    guard isCompiled else { return }
    unsafe regfree(compiled)
    unsafe compiled.deallocate()
  }

  /// The ranges of the first match at or after `start` and of its groups; nil if there is none.
  func firstMatch(in text: [UInt8], from start: Int) -> [Range<Int>?]? {
    var matches = [regmatch_t](repeating: regmatch_t(), count: groupCount + 1)
    matches[0].rm_so = regoff_t(start)
    matches[0].rm_eo = regoff_t(text.count)
    let characters = text.map(CChar.init(bitPattern:)) + [0]
    let count = matches.count
    let status = Self.withCharacters {
      unsafe regexec(compiled, characters, count, &matches, Self.within)
    }
    guard status == 0 else { return nil }
    return matches.map { $0.rm_so < 0 ? nil : Int($0.rm_so)..<Int($0.rm_eo) }
  }

  private static func withCharacters<Result>(_ body: () -> Result) -> Result {
    guard let characters = unsafe characters else { return body() }
    let before = unsafe uselocale(characters)
    defer { unsafe uselocale(before) }
    return body()
  }

  /// The pattern with digits, which POSIX has no short name for, spelled out.
  private static func posix(_ text: String) -> String {
    var (result, isEscaped, isInSet) = ("", false, false)
    for character in text.unicodeScalars {
      if isEscaped {
        isEscaped = false
        switch (character, isInSet) {
        case ("d", false): result += "[0-9]"
        case ("D", false): result += "[^0-9]"
        case ("d", true): result += "0-9"
        case ("w", true): result += "[:alnum:]_"
        case ("s", true): result += "[:space:]"
        default: result += "\\" + String(character)
        }
        continue
      }
      switch character {
      case "\\": isEscaped = true
      case "[":
        isInSet = true
        result += "["
      case "]":
        isInSet = false
        result += "]"
      default: result.unicodeScalars.append(character)
      }
    }
    return isEscaped ? result + "\\" : result
  }
}
