/// One way an input can be wrong: the id that errors print and that `birdie explain` looks up.
public struct Rule: Sendable, Hashable, Identifiable {
  /// A letter for the subject and two digits, such as `Z04`.
  public let id: String
  /// What is wrong, in a few words that fit a heading.
  public let title: String
  /// Why it matters: what a reader that looks away would do, and to whom.
  public let explanation: String
  /// What the user can do about it.
  public let remedy: String
  /// The status a command ends with when this rule rejects its input.
  public let status: ExitStatus
  /// Whether `--lenient` may turn the rejection into a warning.
  public let isRelaxable: Bool

  /// Describes a rule; by default a breach is bad data that nothing excuses.
  public init(
    _ id: String, _ title: String, because explanation: String, remedy: String,
    status: ExitStatus = .badData, isRelaxable: Bool = false
  ) {
    self.id = id
    self.title = title
    self.explanation = explanation
    self.remedy = remedy
    self.status = status
    self.isRelaxable = isRelaxable
  }

  /// Rules are the same when their ids are.
  public static func == (left: Rule, right: Rule) -> Bool { left.id == right.id }

  /// Feeds the id, which alone decides equality.
  public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
