internal import Merging
internal import YAML

extension MergeValue {
  /// The value that a scalar gives a parameter of a type; nil where it gives none.
  ///
  /// PyYAML's reading and then pydantic's: `yes` without quotes is also the number one, `1e-5` is a
  /// text that spells a number, and `1.0` is a whole number and true. What is not finite is none:
  /// no method gives anything but infinities by it.
  init?(_ scalar: YAMLScalar, as kind: Kind) {
    let value: MergeValue? =
      switch kind {
      case .number: Self.number(scalar).map { .number($0) }
      case .integer: Self.integer(scalar).map { .integer($0) }
      case .flag: Self.flag(scalar).map { .flag($0) }
      }
    guard let value else { return nil }
    self = value
  }

  private static func number(_ scalar: YAMLScalar) -> Double? {
    switch scalar {
    case .null: nil
    case .flag(let flag): flag ? 1 : 0
    case .integer(let value): Double(value)
    case .number(let value): value.isFinite ? value : nil
    case .text(let text): decimal(text)
    }
  }

  private static func integer(_ scalar: YAMLScalar) -> Int? {
    switch scalar {
    case .null: nil
    case .flag(let flag): flag ? 1 : 0
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    case .text(let text): whole(text)
    }
  }

  private static func flag(_ scalar: YAMLScalar) -> Bool? {
    switch scalar {
    case .null: nil
    case .flag(let flag): flag
    case .integer(let value): value == 1 ? true : value == 0 ? false : nil
    case .number(let value): value == 1 ? true : value == 0 ? false : nil
    case .text(let text):
      switch text.lowercased() {
      case "true", "yes", "on", "1", "y", "t": true
      case "false", "no", "off", "0", "n", "f": false
      default: nil
      }
    }
  }

  /// A text that spells a number in tens; Swift's own reading knows hexadecimal ones too.
  private static func decimal(_ text: String) -> Double? {
    let isSpelled = text.utf8.allSatisfy { byte in
      0x30...0x39 ~= byte || "+-._eE".utf8.contains(byte)
    }
    guard isSpelled, let bare = withoutUnderscores(text), let number = Double(bare) else {
      return nil
    }
    return number.isFinite ? number : nil
  }

  /// A text that spells a whole number, with nothing but zeros behind a point.
  private static func whole(_ text: String) -> Int? {
    guard let bare = withoutUnderscores(text) else { return nil }
    let parts = bare.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2 {
      guard !parts[1].isEmpty, parts[1].allSatisfy({ $0 == "0" }) else { return nil }
    }
    return Int(parts[0])
  }

  /// The text without underscores; nil where one stands at an end or two together.
  private static func withoutUnderscores(_ text: String) -> String? {
    let parts = text.split(separator: "_", omittingEmptySubsequences: false)
    return parts.count > 1 && parts.contains("") ? nil : parts.joined()
  }
}
