extension String {
  /// The text with everything escaped that could steer a terminal or reorder what it shows.
  ///
  /// Names come from files of strangers: an escape sequence in one could hide or forge lines.
  package var printable: String {
    if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return self }
    var result = ""
    for scalar in unicodeScalars {
      if scalar.isUnprintable {
        result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  fileprivate var isUnprintable: Bool {
    switch properties.generalCategory {
    case .privateUse, .unassigned: true
    default: isInvisible
    }
  }

  /// Whether this acts on the text around it or on the terminal instead of showing a sign.
  package var isInvisible: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
