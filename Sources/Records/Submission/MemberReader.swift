internal import Diagnostics
internal import JSON

/// Takes facts out of the members of an object, whatever key they stand under, and keeps what
/// nobody asked for.
struct MemberReader {
  private let members: [(key: String, value: JSONValue)]
  private let keys: [String: Int]
  private var taken: Set<Int> = []
  /// What a key of this object is called from outside: empty, or the outer key and a dot.
  private let prefix: String
  /// What was odd.
  private(set) var notes: [SubmissionNote] = []

  init(_ members: [(key: String, value: JSONValue)], below prefix: String = "") {
    self.members = members
    self.prefix = prefix
    keys = Dictionary(
      members.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The members that nothing took, in order.
  var rest: [(key: String, value: JSONValue)] {
    members.indices.filter { !taken.contains($0) }.map { members[$0] }
  }

  mutating func note(_ kind: SubmissionNote.Kind, _ keys: [String], _ message: String) {
    let full = keys.map { prefix + $0 }
    notes.append(SubmissionNote(kind: kind, keys: full, message: message))
  }

  mutating func adopt(_ others: [SubmissionNote]) { notes += others }

  /// The value under a key, which counts as taken; nil for null.
  mutating func value(_ key: String) -> JSONValue? {
    guard let index = keys[key] else { return nil }
    taken.insert(index)
    guard members[index].value != .null else {
      note(.empty, [key], "is null")
      return nil
    }
    return members[index].value
  }

  /// Gives a value back to those that nothing took.
  mutating func release(_ key: String) { keys[key].map { _ = taken.remove($0) } }

  /// The first text under one of the keys. Texts under later keys are no contradiction: they stay
  /// in the rest.
  mutating func text(_ keys: [String]) throws(Rejection) -> Sourced<String>? {
    for key in keys {
      guard let value = value(key) else { continue }
      guard let text = value.string else { throw wrong(key, "a text") }
      guard text.utf8.count <= SubmissionLimits.textBytes else {
        throw Rejection(
          RecordsRules.tooLarge, "the text has \(text.utf8.count) bytes", at: place(key))
      }
      guard !text.utf8.allSatisfy({ $0 == 0x20 }) else {
        note(.empty, [key], "is an empty text")
        continue
      }
      return Sourced(text, from: prefix + key)
    }
    return nil
  }

  /// The first number under one of the keys; the others must agree with it up to rounding.
  mutating func number(
    _ keys: [String], mayBeNegative: Bool = false
  ) throws(Rejection) -> Sourced<Double>? {
    var found: Sourced<Double>?
    for key in keys {
      guard let value = try plainNumber(key) else { continue }
      guard value >= 0 || mayBeNegative else {
        throw Rejection(RecordsRules.impossibleNumber, "\(value) is negative", at: place(key))
      }
      guard let first = found else {
        found = Sourced(value, from: prefix + key)
        continue
      }
      guard first.value != value else { continue }
      // Nothing of it is lost: it may have more digits than the one that counts.
      release(key)
      if !Decimals.agree(first.value, value) {
        conflict(first.key, first.value.description, key, value.description)
      }
    }
    return found
  }

  /// The first count under one of the keys; the others must be the same.
  mutating func count(_ keys: [String]) throws(Rejection) -> Sourced<Int>? {
    var found: Sourced<Int>?
    for key in keys {
      guard let value = try plainNumber(key) else { continue }
      guard let count = Int(exactly: value), count >= 0 else {
        throw Rejection(RecordsRules.impossibleNumber, "\(value) is no count", at: place(key))
      }
      guard let first = found else {
        found = Sourced(count, from: prefix + key)
        continue
      }
      guard first.value != count else { continue }
      release(key)
      conflict(first.key, String(first.value), key, String(count))
    }
    return found
  }

  private mutating func conflict(
    _ first: String, _ firstValue: String, _ key: String, _ value: String
  ) {
    note(
      .conflict, [String(first.dropFirst(prefix.count)), key],
      "\(first) is \(firstValue) but \(prefix + key) is \(value)")
  }

  private mutating func plainNumber(_ key: String) throws(Rejection) -> Double? {
    switch value(key) {
    case nil: return nil
    case .integer(let value): return Double(value)
    case .unsigned(let value): return Double(value)
    case .number(let value): return value
    case .string(let text):
      guard let value = Self.number(in: text) else { throw wrong(key, "a number") }
      note(.numberAsText, [key], "\(text.debugDescription) is a number in quotes")
      return value
    default: throw wrong(key, "a number")
    }
  }

  /// A number in plain decimal notation; words such as `inf` are none.
  private static func number(in text: String) -> Double? {
    let signs = Set("0123456789+-.eE".utf8)
    guard !text.isEmpty, text.utf8.count < 40, text.utf8.allSatisfy(signs.contains),
      let value = Double(text), value.isFinite
    else { return nil }
    return value
  }

  func wrong(_ key: String, _ expected: String) -> Rejection {
    Rejection(RecordsRules.wrongType, "it is not \(expected)", at: place(key))
  }

  private func place(_ key: String) -> Place { Place(member: prefix + key) }
}
