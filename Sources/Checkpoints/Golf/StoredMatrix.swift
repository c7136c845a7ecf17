internal import ByteCodecs
internal import Diagnostics
internal import TensorCore

/// Which original row each stored row is.
struct RowOrder {
  /// The original row of each stored row; every row occurs once.
  let originalRows: [Int]

  /// Reads an order of `rows` 16-bit indices and moves `position` behind it; throws C07 if they
  /// are too few or no permutation.
  init(_ orders: Storage, at position: inout Int, rows: Int) throws(Rejection) {
    let (byteCount, overflow) = rows.multipliedReportingOverflow(by: 2)
    guard !overflow, byteCount <= orders.byteCount - position else {
      throw Rejection(
        ByteCodecRules.permutation,
        "\(orders.byteCount - position) bytes are left for the order of \(rows) rows")
    }
    var isTaken = [Bool](repeating: false, count: rows)
    var originalRows: [Int] = []
    originalRows.reserveCapacity(rows)
    let bytes = orders.bytes
    for stored in 0..<rows {
      // Inside the storage, as checked above.
      let index = unsafe bytes.unsafeLoadUnaligned(
        fromByteOffset: position + 2 * stored, as: UInt16.self)
      let row = Int(UInt16(littleEndian: index))
      guard row < rows, !isTaken[row] else {
        throw Rejection(
          ByteCodecRules.permutation,
          row < rows ? "row \(row) occurs twice" : "row \(row) is beyond \(rows) rows",
          at: Place(offset: position + 2 * stored))
      }
      isTaken[row] = true
      originalRows.append(row)
    }
    self.originalRows = originalRows
    position += byteCount
  }
}

/// A matrix of codes stored column after column.
struct StoredMatrix {
  /// Its codes, `rows` × `columns` of them.
  let codes: Storage
  let rows: Int
  let columns: Int

  /// The codes row after row, each row at its original place.
  func restored(order: RowOrder?) -> [UInt8] {
    // A shape may have no rows and a huge number of columns.
    guard codes.byteCount > 0 else { return [] }
    let source = codes.bytes
    var restored = [UInt8](repeating: 0, count: rows * columns)
    var target = restored.mutableSpan
    // A strip of columns at a time: both sides of the transposition stay in the cache.
    for strip in stride(from: 0, to: columns, by: 64) {
      let end = min(strip + 64, columns)
      for row in 0..<rows {
        let start = (order?.originalRows[row] ?? row) * columns
        for column in strip..<end {
          // The codes are as many as rows times columns; who made this value has checked that.
          target[start + column] = unsafe source.unsafeLoad(
            fromByteOffset: column * rows + row, as: UInt8.self)
        }
      }
    }
    return restored
  }
}
