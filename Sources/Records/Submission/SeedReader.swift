internal import Diagnostics
internal import JSON
internal import RecordFormats

/// Reads what a submission says about its seeds: a list, results keyed by the seed's text, scores
/// in the order of the list, or a single seed.
struct SeedReader {
  private(set) var seeds: [SeedResult] = []
  private(set) var notes: [SubmissionNote] = []
  /// Results of what is no seed, such as a mean, under their full keys.
  private(set) var rest: [(key: String, value: JSONValue)] = []

  init(_ reader: inout MemberReader) throws(Rejection) {
    var listed: [Int]?
    var results: [SeedResult]?
    for key in [SubmissionField.seedList, SubmissionField.seedResults] {
      switch reader.value(key) {
      case nil: continue
      case .array(let elements): listed = try list(elements, key, reader)
      case .object(let members):
        // Results stand under `seeds` in some files; two sets of results would be a guess.
        guard results == nil else {
          reader.release(key)
          note(.conflict, [key], "results of seeds stand under two keys; the first count")
          continue
        }
        results = try readResults(members, key)
      default: throw reader.wrong(key, "a list or an object")
      }
    }
    if listed == nil, results == nil, let seed = try reader.count([SubmissionField.onlySeed]) {
      listed = [seed.value]
    }
    seeds = results ?? []
    try merge(listed, hasResults: results != nil, &reader)
  }

  private mutating func note(_ kind: SubmissionNote.Kind, _ keys: [String], _ message: String) {
    notes.append(SubmissionNote(kind: kind, keys: keys, message: message))
  }

  private mutating func list(
    _ elements: [JSONValue], _ key: String, _ reader: MemberReader
  ) throws(Rejection) -> [Int] {
    try Self.requireFew(elements.count, key)
    var listed: [Int] = []
    for element in elements {
      var seed = element.integer
      if seed == nil, let text = element.string, let read = Self.seed(in: text) {
        note(.numberAsText, [key], "the seed \(text.debugDescription) stands in quotes")
        seed = read
      }
      guard let seed else { throw reader.wrong(key, "a list of whole numbers") }
      guard !listed.contains(seed) else {
        note(.oddSeed, [key], "lists \(seed) twice")
        continue
      }
      listed.append(seed)
    }
    return listed
  }

  private mutating func readResults(
    _ members: [(key: String, value: JSONValue)], _ key: String
  ) throws(Rejection) -> [SeedResult] {
    try Self.requireFew(members.count, key)
    var results: [SeedResult] = []
    for (text, value) in members {
      let path = "\(key).\(text)"
      guard let seed = Self.seed(in: text), !results.contains(where: { $0.seed == seed }) else {
        note(.oddSeed, [path], "names no seed of its own")
        rest.append((path, value))
        continue
      }
      results.append(try result(of: seed, value, path))
    }
    return results
  }

  private mutating func result(
    of seed: Int, _ value: JSONValue, _ path: String
  ) throws(Rejection) -> SeedResult {
    // A bare number is the score.
    let isBare = value.members == nil
    let members = value.members ?? [(key: "val_bpb", value: value)]
    var reader = MemberReader(members, below: path + ".")
    let result = SeedResult(
      seed: seed, valBPB: try reader.number(SubmissionField.seedBPB),
      valLoss: try reader.number(SubmissionField.seedLoss),
      byteCount: try reader.count(SubmissionField.seedBytes),
      stepCount: try reader.count(SubmissionField.seedSteps),
      other: isBare ? [] : reader.rest)
    notes += reader.notes
    return result
  }

  /// Adds listed seeds that have no results, and the scores that stand in a list of their own.
  private mutating func merge(
    _ listed: [Int]?, hasResults: Bool, _ reader: inout MemberReader
  ) throws(Rejection) {
    let scores = try scores(for: listed, hasResults, &reader)
    let known = Set(seeds.map(\.seed))
    for (index, seed) in (listed ?? []).enumerated() where !known.contains(seed) {
      seeds.append(
        SeedResult(
          seed: seed, valBPB: scores.isEmpty ? nil : scores[index], valLoss: nil, byteCount: nil,
          stepCount: nil, other: []))
    }
    guard hasResults, let listed, Set(listed) != known else { return }
    let sides = [listed.sorted(), known.sorted()].map {
      $0.map(String.init).joined(separator: ", ")
    }
    note(
      .conflict, [SubmissionField.seedList, SubmissionField.seedResults],
      "seeds lists \(sides[0]) but there are results of \(sides[1])")
  }

  private func scores(
    for listed: [Int]?, _ hasResults: Bool, _ reader: inout MemberReader
  ) throws(Rejection) -> [Sourced<Double>] {
    let key = SubmissionField.seedScores
    guard !hasResults, let listed, let elements = reader.value(key)?.elements,
      elements.count == listed.count
    else {
      reader.release(key)
      return []
    }
    var scores: [Sourced<Double>] = []
    for (index, element) in elements.enumerated() {
      var single = MemberReader([(key: String(index), value: element)], below: key + ".")
      guard let score = try single.number([String(index)]) else {
        throw reader.wrong(key, "a list of numbers")
      }
      scores.append(score)
    }
    return scores
  }

  private static func requireFew(_ count: Int, _ key: String) throws(Rejection) {
    guard count <= SubmissionLimits.seeds else {
      throw Rejection(RecordsRules.tooLarge, "\(count) seeds", at: Place(member: key))
    }
  }

  /// `42`, or `seed_42` and `seed42`.
  private static func seed(in text: String) -> Int? {
    var digits = Substring(text)
    for word in ["seed", "_", "-"] where digits.hasPrefix(word) {
      digits = digits.dropFirst(word.count)
    }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(digits)
  }
}
