/// What a scalar is by the rules of YAML 1.1, which PyYAML and what is written for it follow:
/// `yes` is true, `010` is eight, `1:30` is ninety, and `1e-5` is a text.
public enum YAMLScalar: Sendable, Equatable {
  /// Nothing.
  case null
  /// True or false.
  case flag(Bool)
  /// A whole number.
  case integer(Int)
  /// A number, which may be infinite or none.
  case number(Double)
  /// Anything else, dates among it, and everything in quotes.
  case text(String)
}

extension YAMLNode {
  /// The value of a scalar by the rules of YAML 1.1; nil of lists and mappings.
  public var scalar: YAMLScalar? {
    guard case .scalar(let text, let isPlain) = content else { return nil }
    return isPlain ? YAMLScalar(plain: text) : .text(text)
  }
}

extension YAMLScalar {
  private static let yes: Set = [
    "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON",
  ]
  private static let no: Set = [
    "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF",
  ]

  /// Reads what has no quotes.
  init(plain text: String) {
    if ["", "~", "null", "Null", "NULL"].contains(text) {
      self = .null
    } else if Self.yes.contains(text) || Self.no.contains(text) {
      self = .flag(Self.yes.contains(text))
    } else {
      self = Self.number(text) ?? .text(text)
    }
  }

  private static func number(_ text: String) -> YAMLScalar? {
    if [".nan", ".NaN", ".NAN"].contains(text) { return .number(.nan) }
    let isSigned = text.hasPrefix("-") || text.hasPrefix("+")
    let isNegative = text.hasPrefix("-")
    let digits = text.dropFirst(isSigned ? 1 : 0)
    if [".inf", ".Inf", ".INF"].contains(digits) {
      return .number(isNegative ? -.infinity : .infinity)
    }
    if let whole = integer(digits) {
      switch whole {
      case .integer(let value): return .integer(isNegative ? -value : value)
      case .number(let value): return .number(isNegative ? -value : value)
      default: return nil
      }
    }
    // PyYAML knows no sign before a point.
    guard !isSigned || !digits.hasPrefix("."), let value = fraction(digits) else { return nil }
    return .number(isNegative ? -value : value)
  }

  /// Digits of a base of two, eight, ten, sixteen or sixty; a number where they are too many.
  private static func integer(_ digits: Substring) -> YAMLScalar? {
    for (prefix, radix) in [("0b", 2), ("0x", 16)] where digits.hasPrefix(prefix) {
      return Int(bare(digits.dropFirst(2)), radix: radix).map { .integer($0) }
    }
    if digits.hasPrefix("0") {
      guard digits.utf8.allSatisfy({ 0x30...0x37 ~= $0 || $0 == 0x5f }) else { return nil }
      return Int(bare(digits), radix: 8).map { .integer($0) }
    }
    let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
    guard let first = parts.first, isNumeral(first), parts.dropFirst().allSatisfy(isSixtieth)
    else { return nil }
    let places = parts.compactMap { Int(bare($0)) }
    var value = 0
    for place in places {
      let (shifted, isOver) = value.multipliedReportingOverflow(by: 60)
      let (sum, isOverToo) = shifted.addingReportingOverflow(place)
      guard !isOver, !isOverToo else { return nil }
      value = sum
    }
    if places.count == parts.count { return .integer(value) }
    return parts.count == 1 ? Double(bare(first)).map { .number($0) } : nil
  }

  /// Digits with a point; an exponent has a sign.
  private static func fraction(_ digits: Substring) -> Double? {
    guard let point = digits.firstIndex(of: ".") else { return nil }
    let whole = digits[..<point]
    let rest = digits[digits.index(after: point)...]
    if whole.contains(":") {
      let parts = whole.split(separator: ":", omittingEmptySubsequences: false)
      guard let first = parts.first, isNumeral(first), parts.dropFirst().allSatisfy(isSixtieth),
        rest.isEmpty || isNumeral(rest, orUnderscore: true)
      else { return nil }
      let seconds = Double(bare(parts[parts.count - 1]) + "." + bare(rest) + "0") ?? 0
      let places = parts.dropLast().map { Double(bare($0)) ?? 0 } + [seconds]
      return places.reduce(0) { $0 * 60 + $1 }
    }
    let (mantissa, exponent) = split(rest)
    guard isNumeral(whole) || (whole.isEmpty && isNumeral(mantissa)),
      mantissa.isEmpty || isNumeral(mantissa, orUnderscore: true)
    else { return nil }
    if let exponent {
      guard let sign = exponent.first, "+-".contains(sign), exponent.count > 1,
        exponent.dropFirst().utf8.allSatisfy({ 0x30...0x39 ~= $0 })
      else { return nil }
    }
    let power = exponent.map { "e" + $0 } ?? ""
    return Double("0\(bare(whole)).\(bare(mantissa))0\(power)")
  }

  private static func split(_ text: Substring) -> (mantissa: Substring, exponent: Substring?) {
    guard let place = text.firstIndex(where: { $0 == "e" || $0 == "E" }) else { return (text, nil) }
    return (text[..<place], text[text.index(after: place)...])
  }

  /// Digits with underscores behind the first, or anywhere.
  private static func isNumeral(_ text: Substring, orUnderscore isFree: Bool = false) -> Bool {
    guard let first = text.utf8.first, isFree || 0x30...0x39 ~= first else { return false }
    return text.utf8.allSatisfy { 0x30...0x39 ~= $0 || $0 == 0x5f }
  }

  private static func isSixtieth(_ text: Substring) -> Bool {
    guard 1...2 ~= text.utf8.count, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
      let value = Int(text)
    else { return false }
    return value < 60
  }

  private static func bare(_ text: Substring) -> String { String(text.filter { $0 != "_" }) }
}
