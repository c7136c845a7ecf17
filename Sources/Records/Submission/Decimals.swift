/// Numbers that were rounded for people, compared as what they may have been rounded from.
enum Decimals {
  /// Whether one of two numbers is the other, rounded or cut to the decimals that it is written
  /// with. Authors write 1.0612 where the log says 1.06115.
  static func agree(_ left: Double, _ right: Double) -> Bool {
    let leftPlaces = max(1, places(left))
    let rightPlaces = max(1, places(right))
    let (coarse, fine) = leftPlaces <= rightPlaces ? (left, right) : (right, left)
    var unit = 1.0
    for _ in 0..<min(leftPlaces, rightPlaces) { unit /= 10 }
    // The last digits of a decimal fraction are no binary fractions.
    let slack = unit * 1e-6
    let isRounded = abs(fine - coarse) <= unit / 2 + slack
    let cut = fine.magnitude - coarse.magnitude
    return isRounded || (leftPlaces != rightPlaces && cut >= -slack && cut < unit - slack)
  }

  /// The digits behind the point of the shortest text that reads back the same.
  static func places(_ value: Double) -> Int {
    let text = value.description
    if text.contains("e") { return 17 }
    guard let point = text.firstIndex(of: ".") else { return 0 }
    let digits = text[text.index(after: point)...]
    return digits == "0" ? 0 : digits.count
  }

  /// A number with at most six digits behind the point, without zeros at its end.
  static func short(_ value: Double) -> String {
    guard value.magnitude < 1e9 else { return value.description }
    let scaled = (value.magnitude * 1e6).rounded()
    let whole = Int(scaled)
    var fraction = String(whole % 1_000_000)
    fraction = String(repeating: "0", count: 6 - fraction.count) + fraction
    while fraction.hasSuffix("0") { fraction.removeLast() }
    let text = String(whole / 1_000_000) + (fraction.isEmpty ? "" : "." + fraction)
    return value < 0 && whole > 0 ? "-" + text : text
  }

  /// A whole number in groups of three digits: `15,907,550`.
  static func grouped(_ count: Int) -> String {
    var text = ""
    let digits = String(count.magnitude)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return count < 0 ? "-" + text : text
  }
}
