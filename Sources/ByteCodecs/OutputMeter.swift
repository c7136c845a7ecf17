internal import Diagnostics

/// Counts the output of one stream against its limits.
struct OutputMeter {
  private let allowance: Int
  private let expected: Int?
  private let codec: String
  private(set) var count = 0

  init(_ codec: String, inputCount: Int, limits: DecodeLimits) {
    self.codec = codec
    allowance = limits.allowance(inputCount: inputCount)
    expected = limits.expectedOutput
  }

  /// Rejects a size that the stream announces before a byte of it is decoded.
  func admit(announced size: Int) throws(Rejection) {
    if let expected, size != expected {
      throw Rejection(
        ByteCodecRules.sizeLie, "\(codec) stream announces \(size) bytes instead of \(expected)")
    }
    try check(size)
  }

  mutating func add(_ more: Int) throws(Rejection) {
    count += more
    try check(count)
    if let expected, count > expected {
      throw Rejection(
        ByteCodecRules.sizeLie,
        "\(codec) stream decodes to more than the expected \(expected) bytes"
      )
    }
  }

  /// Rejects a stream that ended before its expected length.
  func finish() throws(Rejection) {
    if let expected, count != expected {
      throw Rejection(
        ByteCodecRules.sizeLie, "\(codec) stream decodes to \(count) bytes instead of \(expected)")
    }
  }

  private func check(_ size: Int) throws(Rejection) {
    guard size > allowance else { return }
    throw Rejection(
      ByteCodecRules.bomb, "\(codec) stream expands beyond the \(allowance) bytes allowed for it")
  }
}
