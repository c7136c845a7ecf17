internal import JSON
internal import RecordFormats

/// A record that another one says it builds on, as its author names it.
struct RecordBase: Sendable, Equatable {
  let text: String
  /// The number of the pull request, where one is named.
  let pullRequest: Int?

  /// Shorter names of folders stand in sentences by accident.
  private static let shortestName = 6

  private init(_ text: String, _ pullRequest: Int?) {
    (self.text, self.pullRequest) = (text, pullRequest)
  }

  /// What an index says of it.
  init?(_ json: JSONValue) {
    guard let text = json.text(.text) else { return nil }
    self.init(text, json.count(.pullRequest))
  }

  /// What stands under a key of a description: the number of a pull request, or a sentence, which
  /// may name one.
  static func all(in submission: JSONValue) -> [RecordBase] {
    SubmissionField.bases.compactMap { key in
      if let number = submission.count([key]), number > 0 {
        return Self(PullRequest.text(of: number), number)
      }
      guard let text = submission.text([key]) else { return nil }
      return Self(text, PullRequest.number(inSentence: text))
    }
  }

  /// Whether this names a record: by its pull request, its name, or its folder.
  func names(_ record: RecordSummary) -> Bool {
    if let pullRequest, pullRequest == record.pullRequest { return true }
    if [record.path, record.argument, record.name].contains(text) { return true }
    let folder = record.folderName
    guard folder.count >= Self.shortestName else { return text == folder }
    return text.split { !($0.isLetter || $0.isNumber || "._-+".contains($0)) }
      .contains { $0 == folder }
  }
}

extension RecordSummary {
  /// The name of the record's folder; seeds have folders in it.
  var folderName: Substring {
    let parts = path.split(separator: "/")
    let isSeed = parts.count > 1 && parts.last?.hasPrefix("seed_") == true
    return parts.dropLast(isSeed ? 1 : 0).last ?? ""
  }
}

/// What a record builds on, and what builds on it, among the records of a Hub.
struct RecordLineage: Sendable {
  /// A base with the record that it names, if that is here.
  struct Base: Sendable {
    let base: RecordBase
    let record: RecordSummary?
  }

  private(set) var bases: [Base] = []
  private(set) var followers: [RecordSummary] = []

  /// Nothing is known.
  init() {}

  /// Looks for the bases of a record, and for those that name it, among others.
  init(of record: RecordSummary, _ bases: [RecordBase], among all: [RecordSummary]) {
    let others = all.filter { $0.argument != record.argument }
    // Those of the same repository first: names are the same in many.
    let near = others.filter { $0.repository == record.repository }
    self.bases = bases.map { base in
      Base(base: base, record: near.first(where: base.names) ?? others.first(where: base.names))
    }
    followers = others.filter { other in other.bases.contains { $0.names(record) } }
  }
}
