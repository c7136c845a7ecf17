internal import CZPAQ
internal import Glibc

/// The logistic tables of the ZPAQ standard, computed once.
///
/// Unchecked because of the pointer: its memory is never written after `init` and never freed.
@safe struct ZPAQTables: @unchecked Sendable {
  /// The tables, for the C decoder.
  let pointer: UnsafePointer<zpaq_tables>

  static let shared = ZPAQTables()

  /// Probability in 1/32768 of the logit `index - 2048` in 1/64.
  static func squash(_ index: Int) -> Int16 {
    Int16(32768 / (1 + exp(Double(2048 - index) / 64)))
  }

  /// Logit in 1/64 of the probability `index` in 1/32768, rounded to the nearest.
  static func stretch(_ index: Int) -> Int16 {
    let odds = (Double(index) + 0.5) / (32767.5 - Double(index))
    return Int16((log(odds) * 64 + 0.5).rounded(.down))
  }

  private init() {
    let tables = UnsafeMutablePointer<zpaq_tables>.allocate(capacity: 1)
    unsafe tables.initialize(
      to: zpaq_tables(
        squash: Self.table(count: 4096, Self.squash),
        stretch: Self.table(count: 32768, Self.stretch)))
    unsafe pointer = UnsafePointer(tables)
  }

  private static func table(
    count: Int, _ value: (Int) -> Int16
  ) -> UnsafePointer<Int16> {
    let table = UnsafeMutablePointer<Int16>.allocate(capacity: count)
    for index in 0..<count { unsafe table[index] = value(index) }
    return unsafe UnsafePointer(table)
  }
}
