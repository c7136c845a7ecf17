/// What the challenge asks of every record.
package enum Challenge {
  /// What code and model together may have: sixteen million bytes, decimal.
  package static let byteLimit = 16_000_000
}
