internal import Glibc

/// Numbers as pages write them.
enum SiteNumber {
  /// `15,863,489`.
  static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "−" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// `15.86 MB`, in powers of a thousand as the challenge counts.
  static func bytes(_ count: Int) -> String {
    var (value, unit) = (Double(count), 0)
    let units = ["B", "kB", "MB", "GB", "TB", "PB"]
    while value.magnitude >= 999.5, unit < units.count - 1 {
      (value, unit) = (value / 1000, unit + 1)
    }
    let digits = unit == 0 ? 0 : value.magnitude < 9.995 ? 2 : value.magnitude < 99.95 ? 1 : 0
    return "\(fixed(value, digits: digits)) \(units[unit])"
  }

  /// A number with so many decimals; what is too large for that as it is.
  static func fixed(_ value: Double, digits: Int) -> String {
    let power = pow(10, Double(digits))
    let scaled = (value * power).rounded()
    guard scaled.magnitude < 1e15 else { return "\(value)" }
    let (whole, rest) = (Int(scaled.magnitude) / Int(power), Int(scaled.magnitude) % Int(power))
    let sign = scaled < 0 ? "−" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let decimals = String(rest)
    let zeros = String(repeating: "0", count: max(0, digits - decimals.count))
    return "\(sign)\(whole).\(zeros)\(decimals)"
  }

  /// A number with three digits that count: `0.0123`, `1.50e-7`.
  static func short(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
    let exponent = Int(log10(value.magnitude).rounded(.down))
    guard !(-4...5).contains(exponent) else { return fixed(value, digits: max(0, 2 - exponent)) }
    return fixed(value / pow(10, Double(exponent)), digits: 2) + "e\(exponent)"
  }

  /// The height of a count on a scale by logarithm, on which one is not nothing.
  static func logarithm(_ count: Int) -> Double { log(1 + Double(max(count, 0))) }

  /// A number with so many decimals, and a sign before what is not negative.
  static func signed(_ value: Double, digits: Int) -> String {
    let text = fixed(value, digits: digits)
    return text.hasPrefix("−") ? text : "+" + text
  }

  /// `1 file`, `2 files`.
  static func count(_ number: Int, _ noun: String) -> String {
    let plural = noun.hasSuffix("y") ? noun.dropLast() + "ies" : noun + "s"
    return "\(grouped(number)) \(number == 1 ? noun : plural)"
  }

  /// The day of a time.
  static func day(_ seconds: Int) -> String { String(Timestamp.text(seconds).prefix(10)) }
  /// `2026-01-31 12:00 UTC`.
  static func minute(_ seconds: Int) -> String {
    let text = Timestamp.text(seconds)
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
  }
}
