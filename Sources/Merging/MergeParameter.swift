/// Something that a recipe says about a merge, for a tensor or for all.
public struct MergeParameter: Sendable {
  /// Whom it is about.
  public enum Scope: Sendable {
    /// The result.
    case shared
    /// Each input by itself; the base only where it is an ordinary input.
    case ofInput
  }

  /// The key in recipes.
  public let key: String
  /// Whom it is about.
  public let scope: Scope
  /// What is taken where the recipe does not say; its case is the type. Nil where a recipe has to.
  public let standard: MergeValue?
  /// The type.
  public let kind: MergeValue.Kind
  /// Which numbers it may be; nil for all.
  public let range: ClosedRange<Double>?
  /// What it means, in which unit.
  public let meaning: String

  /// Describes a parameter that recipes may leave out.
  public init(
    _ key: String, _ scope: Scope, or standard: MergeValue, in range: ClosedRange<Double>? = nil,
    _ meaning: String
  ) {
    (self.key, self.scope, self.standard) = (key, scope, standard)
    (kind, self.range, self.meaning) = (standard.kind, range, meaning)
  }

  /// Describes a parameter that recipes must give.
  public init(
    _ key: String, _ scope: Scope, required kind: MergeValue.Kind,
    in range: ClosedRange<Double>? = nil, _ meaning: String
  ) {
    (self.key, self.scope, standard) = (key, scope, nil)
    (self.kind, self.range, self.meaning) = (kind, range, meaning)
  }

  /// Whether a value is one that it may have.
  public func admits(_ value: MergeValue) -> Bool {
    guard let range else { return true }
    return switch value {
    case .number(let number): range.contains(number)
    case .integer(let number): range.contains(Double(number))
    case .flag: true
    }
  }
}

/// The value of a parameter.
public enum MergeValue: Sendable, Equatable {
  /// The types that there are.
  public enum Kind: String, Sendable {
    /// A number.
    case number
    /// A whole number.
    case integer
    /// True or false.
    case flag
  }

  /// A number.
  case number(Double)
  /// A whole number.
  case integer(Int)
  /// True or false.
  case flag(Bool)

  /// The type.
  public var kind: Kind {
    switch self {
    case .number: .number
    case .integer: .integer
    case .flag: .flag
    }
  }
}

/// The values of all parameters of one scope, for one tensor.
public struct MergeValues: Sendable, Equatable {
  private var values: [String: MergeValue]

  /// The values by key; a method's parameters must all be there.
  public init(_ values: [String: MergeValue]) { self.values = values }

  /// A number. The parameter must be one.
  public func number(_ key: String) -> Double {
    guard case .number(let value) = values[key] else { preconditionFailure("no number \(key)") }
    return value
  }

  /// A whole number. The parameter must be one.
  public func integer(_ key: String) -> Int {
    guard case .integer(let value) = values[key] else { preconditionFailure("no integer \(key)") }
    return value
  }

  /// A truth value. The parameter must be one.
  public func flag(_ key: String) -> Bool {
    guard case .flag(let value) = values[key] else { preconditionFailure("no flag \(key)") }
    return value
  }

  /// The value of a key; nil where the method has no such parameter.
  public subscript(key: String) -> MergeValue? { values[key] }
}
