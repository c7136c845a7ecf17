/// Why an input was refused or an operation failed: the rule, what was seen, and where.
public struct Rejection: Error, Sendable {
  /// The rule that was broken.
  public let rule: Rule
  /// What was seen, with the numbers that contradict each other.
  public let message: String
  /// Where it was seen.
  public var place: Place

  /// Refuses an input under `rule`.
  public init(_ rule: Rule, _ message: String, at place: Place = .unknown) {
    self.rule = rule
    self.message = message
    self.place = place
  }

  /// The same rejection with the parts of its place that were unknown taken from `outer`.
  public func inside(_ outer: Place) -> Rejection {
    Rejection(rule, message, at: place.inside(outer))
  }
}

extension Rejection: CustomStringConvertible {
  /// One line: `Z04: data/3: CRC mismatch …`.
  public var description: String {
    let location = place.description
    return location.isEmpty ? "\(rule.id): \(message)" : "\(rule.id): \(location): \(message)"
  }
}

/// Runs `body`, adding `place` to a rejection that it throws.
public func locating<Result>(
  _ place: Place, _ body: () throws(Rejection) -> Result
) throws(Rejection) -> Result {
  do throws(Rejection) { return try body() } catch { throw error.inside(place) }
}
