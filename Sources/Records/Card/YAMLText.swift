/// YAML as a card needs it: keys that we choose, values that strangers chose.
///
/// Every text is written in double quotes with everything escaped that is not plain to see, so that
/// no value can end its line, open a document or be taken for a number, a date or a truth value,
/// by readers of YAML 1.1 and 1.2 alike.
struct YAMLText {
  private(set) var text = ""

  /// `key: "value"`.
  mutating func member(_ key: String, _ value: String, indent: Int = 0) {
    line("\(key): \(Self.quoted(value))", indent)
  }

  /// `key: 1.5`.
  mutating func member(_ key: String, _ value: Double, indent: Int = 0) {
    line("\(key): \(Self.number(value))", indent)
  }

  /// `key: false`.
  mutating func member(_ key: String, _ value: Bool, indent: Int = 0) {
    line("\(key): \(value)", indent)
  }

  /// A key and a list of texts; nothing where the list is empty.
  mutating func list(_ key: String, _ values: [String]) {
    guard !values.isEmpty else { return }
    line("\(key):", 0)
    for value in values { line("- \(Self.quoted(value))", 0) }
  }

  /// A line of ours, such as `results:` or the start of an element.
  mutating func line(_ content: String, _ indent: Int) {
    text += String(repeating: " ", count: indent) + content + "\n"
  }

  /// A text in double quotes.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default:
        if needsEscape(scalar) {
          result += escape(scalar)
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }

  /// Line separators end lines in YAML 1.1; formats and private characters show nothing or a lie;
  /// noncharacters are refused by readers.
  private static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
    default: false
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    let (mark, width) = scalar.value > 0xFFFF ? ("U", 8) : scalar.value > 0xFF ? ("u", 4) : ("x", 2)
    return "\\" + mark + String(repeating: "0", count: width - digits.count) + digits
  }

  /// A finite number that reads back the same. Readers of YAML 1.1 want a point in front of an
  /// exponent and a sign in it.
  static func number(_ value: Double) -> String {
    precondition(value.isFinite, "a claim is a finite number")
    let text = value.description
    guard let mark = text.firstIndex(of: "e") else { return text }
    let mantissa = text[..<mark]
    let exponent = text[text.index(after: mark)...]
    let signed = exponent.hasPrefix("-") || exponent.hasPrefix("+") ? exponent : "+" + exponent
    return (mantissa.contains(".") ? mantissa : mantissa + ".0") + "e" + signed
  }
}
