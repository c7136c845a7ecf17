/// A shell pattern over tensor names: `*` and `?` also match dots, `[a-z]` a set of letters, a
/// backslash makes what follows an ordinary character. Characters are code points.
public struct NameGlob: Sendable {
  /// A part of the pattern.
  private enum Part: Sendable {
    case one(Unicode.Scalar)
    case any
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
    case run

    func matches(_ character: Unicode.Scalar) -> Bool {
      switch self {
      case .one(let own): own == character
      case .any, .run: true
      case .set(let ranges, let isNegated):
        ranges.contains { $0.contains(character) } != isNegated
      }
    }
  }

  private let parts: [Part]

  /// A pattern; every text is one, for a bracket without its partner is an ordinary character.
  public init(_ pattern: String) {
    var rest = Array(pattern.unicodeScalars)[...]
    var parts: [Part] = []
    while let character = rest.popFirst() {
      switch character {
      case "*": parts.append(.run)
      case "?": parts.append(.any)
      case "\\": parts.append(.one(rest.popFirst() ?? "\\"))
      case "[": parts.append(Self.set(&rest) ?? .one("["))
      default: parts.append(.one(character))
      }
    }
    self.parts = parts
  }

  /// The set behind a bracket; nil, and nothing taken, if no bracket ends it.
  private static func set(_ rest: inout ArraySlice<Unicode.Scalar>) -> Part? {
    var body = rest
    let isNegated = body.first == "!" || body.first == "^"
    if isNegated { body.removeFirst() }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    var isFirst = true
    while var low = body.popFirst() {
      if low == "]", !isFirst {
        rest = body
        return .set(ranges, isNegated: isNegated)
      }
      isFirst = false
      if low == "\\", let escaped = body.popFirst() { low = escaped }
      guard body.first == "-", let high = body.dropFirst().first, high != "]" else {
        ranges.append(low...low)
        continue
      }
      body.removeFirst(2)
      if low <= high { ranges.append(low...high) }
    }
    return nil
  }

  /// Whether the whole of `name` matches.
  public func matches(_ name: String) -> Bool {
    let characters = Array(name.unicodeScalars)
    var (part, position) = (0, 0)
    // Where the last run began, and where what follows it is tried next: earlier runs need no
    // other try, so the time is at most the product of the lengths.
    var retry: (part: Int, position: Int)?
    while position < characters.count {
      if part < parts.count, case .run = parts[part] {
        part += 1
        retry = (part, position)
      } else if part < parts.count, parts[part].matches(characters[position]) {
        part += 1
        position += 1
      } else if let last = retry {
        retry = (last.part, last.position + 1)
        (part, position) = (last.part, last.position + 1)
      } else {
        return false
      }
    }
    return parts[part...].allSatisfy { if case .run = $0 { true } else { false } }
  }
}

extension [NameGlob] {
  /// Whether any pattern matches, or there is none to match.
  public func admit(_ name: String) -> Bool { isEmpty || contains { $0.matches(name) } }
}
