import ArgumentParser

/// A number of bytes as typed: `16000000`, `500MB`, `5GB`, `1.5GiB`.
struct ByteSize: ExpressibleByArgument {
  let byteCount: Int

  /// Parses digits, perhaps with a decimal point, and a unit; nil for anything else.
  ///
  /// `MB` is a million bytes, as the shard sizes of other tools are; `MiB` is 2²⁰.
  init?(argument: String) {
    let number = argument.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = argument.dropFirst(number.count).lowercased()
    guard let factor = Self.factors[unit], let value = Double(number), number.first != "." else {
      return nil
    }
    let bytes = (value * factor).rounded()
    guard bytes >= 1, let count = Int(exactly: bytes) else { return nil }
    byteCount = count
  }

  private static let factors: [String: Double] = [
    "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
    "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824, "tib": 1_099_511_627_776,
  ]
}
