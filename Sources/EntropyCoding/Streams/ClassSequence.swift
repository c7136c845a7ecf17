internal import TensorCore

/// The classes of a stream's symbols, in order: which table each is coded with.
struct ClassSequence {
  private let rowClasses: [UInt8]
  private let columnClasses: [UInt8]
  private let columns: Int
  private let leastSymbol: Int
  private let trellis: Trellis?
  /// Where each column's trellis is.
  private var states: [UInt8]

  init(_ stream: StreamDescription) {
    rowClasses = stream.rowClasses
    columnClasses = stream.columnClasses
    columns = stream.geometry.columns
    leastSymbol = stream.alphabet.leastSymbol
    trellis = Trellis(states: stream.trellisStates)
    states = trellis == nil ? [] : [UInt8](repeating: 0, count: columns)
  }

  /// The most symbols whose classes can be told at once: under a trellis those above must be known.
  var stride: Int { trellis == nil ? .max : columns }

  /// The classes of symbols that lie behind each other, for one call at most `stride` of them.
  func fill(_ classes: inout [UInt16], _ range: Range<Int>) {
    var position = range.lowerBound
    while position < range.upperBound {
      let row = position / columns
      let first = position % columns
      let count = min(columns - first, range.upperBound - position)
      let rowClass = rowClasses.isEmpty ? 0 : UInt16(rowClasses[row])
      let target = position - range.lowerBound
      for index in 0..<count {
        let column = first + index
        let width = rowClass &+ (columnClasses.isEmpty ? 0 : UInt16(columnClasses[column]))
        classes[target + index] = trellis == nil ? width : 2 &* width &+ UInt16(states[column] & 1)
      }
      position += count
    }
  }

  /// Follows the trellis past symbols that are known now.
  mutating func advance(_ symbols: UnsafeBufferPointer<UInt16>, _ range: Range<Int>) {
    guard let trellis else { return }
    for (index, position) in range.enumerated() {
      let column = position % columns
      states[column] = unsafe trellis.next(
        states[column], code: leastSymbol + Int(symbols[index]))
    }
  }
}
