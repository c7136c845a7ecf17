public import Diagnostics
public import JSON

/// Takes a method's options out of JSON; Q05 names the one that is unknown or impossible.
public struct OptionReader: Sendable {
  private var left: [(key: String, value: JSONValue)]
  private let known: [String]
  private let method: String

  /// Options for a method, of which it must know every key.
  public init(
    _ options: [(key: String, value: JSONValue)], for method: any QuantizationMethod.Type
  ) throws(Rejection) {
    left = options
    known = method.options.map(\.key)
    self.method = method.id
    if let stranger = options.first(where: { option in
      !method.options.contains { $0.key == option.key }
    }) {
      throw Rejection(
        QuantizationRules.option,
        "\(method.id) has no option \(stranger.key), but \(known.joined(separator: ", "))")
    }
  }

  private func value(_ key: String) -> JSONValue? {
    precondition(known.contains(key), "\(method) does not document \(key)")
    return left.last { $0.key == key }?.value
  }

  /// A whole number in a range.
  public func integer(_ key: String, in range: ClosedRange<Int>, or standard: Int) throws(Rejection)
    -> Int
  {
    guard let value = value(key) else { return standard }
    guard let integer = value.integer, range.contains(integer) else {
      throw wrong(key, value, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  /// A number in a range.
  public func number(
    _ key: String, in range: ClosedRange<Double>, or standard: Double
  ) throws(Rejection) -> Double {
    guard let value = value(key) else { return standard }
    let number: Double? =
      if case .number(let number) = value { number } else { value.integer.map(Double.init) }
    guard let number, range.contains(number) else {
      throw wrong(key, value, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A truth value.
  public func flag(_ key: String, or standard: Bool) throws(Rejection) -> Bool {
    guard let value = value(key) else { return standard }
    guard case .bool(let flag) = value else { throw wrong(key, value, "true or false") }
    return flag
  }

  /// One of some words.
  public func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, or standard: Choice
  ) throws(Rejection) -> Choice {
    guard let value = value(key) else { return standard }
    guard let choice = value.string.flatMap(Choice.init(rawValue:)) else {
      let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw wrong(key, value, "one of \(words)")
    }
    return choice
  }

  private func wrong(_ key: String, _ value: JSONValue, _ expected: String) -> Rejection {
    Rejection(QuantizationRules.option, "\(method): \(key) is \(value.text()), not \(expected)")
  }
}
