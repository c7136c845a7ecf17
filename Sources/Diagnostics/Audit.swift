/// What a reader tolerates and what it noticed: passed along by reference through a parse.
public struct Audit: Sendable {
  /// Something worth telling the user that does not stop the job.
  public struct Warning: Sendable {
    /// The rule it is filed under.
    public let rule: Rule
    /// What was seen.
    public let message: String
    /// Where it was seen.
    public let place: Place

    /// Files a warning under `rule`.
    public init(rule: Rule, message: String, place: Place) {
      self.rule = rule
      self.message = message
      self.place = place
    }
  }

  /// The ids of the rules that the caller wants reported instead of enforced.
  public let leniency: Set<String>
  /// What was noticed so far, in the order of reading.
  public private(set) var warnings: [Warning] = []
  /// How many warnings were dropped once `maximumWarnings` were kept.
  public private(set) var droppedWarnings = 0

  /// A hostile file can earn a warning per byte; beyond this many they are only counted.
  public static let maximumWarnings = 1000

  /// An audit that enforces every rule but those in `leniency`.
  public init(leniency: Set<String> = []) { self.leniency = leniency }

  /// Rejects the input under `rule`, or notes a warning if the caller relaxed that rule.
  public mutating func enforce(
    _ rule: Rule, _ message: String, at place: Place = .unknown
  ) throws(Rejection) {
    guard rule.isRelaxable, leniency.contains(rule.id) else {
      throw Rejection(rule, message, at: place)
    }
    warn(rule, message, at: place)
  }

  /// Notes something that never stops the job.
  public mutating func warn(_ rule: Rule, _ message: String, at place: Place = .unknown) {
    guard warnings.count < Self.maximumWarnings else {
      droppedWarnings += 1
      return
    }
    warnings.append(Warning(rule: rule, message: message, place: place))
  }
}
