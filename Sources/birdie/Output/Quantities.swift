/// Numbers as people read them.
enum Quantity {
  /// A size in decimal units, as disks and upload limits count: `67.1 MB`.
  static func bytes(_ count: Int) -> String { scaled(count, ["B", "kB", "MB", "GB", "TB", "PB"]) }

  /// A number of elements: `17.1 M`.
  static func elements(_ count: Int) -> String { scaled(count, ["", "k", "M", "G", "T", "P"]) }

  /// A whole number in groups of three digits: `17,059,912`.
  static func grouped(_ count: Int) -> String {
    var text = ""
    let digits = String(count.magnitude)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return count < 0 ? "-" + text : text
  }

  /// A time span: `0.4 s`, `2 min 05 s`, `3 h 12 min`.
  static func seconds(_ value: Double) -> String {
    guard value.isFinite, value < 1e9 else { return "?" }
    if value < 60 { return fixed(value, digits: 1) + " s" }
    let whole = Int(value.rounded())
    if whole < 3600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
    return "\(whole / 3600) h \(twoDigits(whole / 60 % 60)) min"
  }

  /// A measured number in at most six significant digits: `0.0123457`, `1.5e-09`.
  static func measured(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    if value == value.rounded(), abs(value) < 1e6 { return String(Int(value)) }
    return formatted("%.6g", value)
  }

  /// A number with a fixed count of decimals.
  static func fixed(_ value: Double, digits: Int) -> String {
    formatted("%.\(digits)f", value)
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  private static func scaled(_ count: Int, _ units: [String]) -> String {
    var value = Double(count)
    var unit = 0
    while abs(value) >= 999.5, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    let digits = unit == 0 || abs(value) >= 99.95 ? 0 : abs(value) >= 9.995 ? 1 : 2
    let number = fixed(value, digits: digits)
    return units[unit].isEmpty ? number : "\(number) \(units[unit])"
  }
}
