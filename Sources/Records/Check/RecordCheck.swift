internal import Diagnostics
public import JSON

/// What a record has, lacks and contradicts: the challenge's list for pull requests, and what can
/// be held against the logs and files beside it.
public struct RecordCheck: Sendable {
  /// The list, what was asked for first.
  public let items: [CheckItem]

  /// Goes through the list.
  public init(_ folder: RecordFolder) {
    var items = folder.presence()
    if case .success(let submission)? = folder.description?.content {
      items += submission.fieldItems()
      items += ClaimCheck(folder, submission).items()
      items += submission.notes.map(CheckItem.init)
    }
    items += folder.remarks()
    self.items = items
  }

  /// Whether nothing that is required is missing and nothing contradicts.
  public var holds: Bool { !items.contains(where: \.isFailure) }

  /// As JSON: `holds`, `items`.
  public var json: JSONValue {
    .object([("holds", .bool(holds)), ("items", .array(items.map(\.json)))])
  }

  /// As text: a line for each item, safe to show, with a count at the end.
  public func text() -> String {
    let width = items.map { Self.word($0).count }.max() ?? 0
    let names = items.map(\.id.count).max() ?? 0
    let lines = items.map { item in
      let place = item.place.map { "\($0): " } ?? ""
      return Self.padded(Self.word(item), width) + "  " + Self.padded(item.id, names) + "  "
        + (place + item.message).printable + "\n"
    }
    return lines.joined() + summary + "\n"
  }

  private var summary: String {
    let missing = items.filter { $0.state == .missing && $0.isRequired }.count
    let contradictions = items.filter { $0.state == .contradiction }.count
    guard !holds else { return "complete, and nothing contradicts" }
    return "\(missing) missing that the challenge asks for, \(contradictions) contradicting"
  }

  private static func word(_ item: CheckItem) -> String {
    item.state == .missing && !item.isRequired ? "absent" : item.state.rawValue
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

extension CheckItem {
  /// What was odd in a submission.
  fileprivate init(_ note: SubmissionNote) {
    self.init(
      "submission.\(note.kind.rawValue)",
      note.kind == .conflict || note.kind == .unreadDate ? .contradiction : .note, note.message,
      at: note.keys.joined(separator: ", "))
  }
}
