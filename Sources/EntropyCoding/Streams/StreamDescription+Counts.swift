internal import CKernels

/// Counts how often each symbol of each class of a stream occurs, a chunk at a time.
struct StreamCounter {
  /// Class after class.
  private(set) var counts: [UInt32]
  private let stream: StreamDescription
  private var sequence: ClassSequence
  private var position = 0

  init(_ stream: StreamDescription) {
    self.stream = stream
    sequence = ClassSequence(stream)
    let tableCount = stream.widthCount * stream.alphabet.supersetCount
    counts = [UInt32](repeating: 0, count: tableCount * stream.alphabet.symbolCount)
  }

  /// Adds the stream's next symbols, less the least one and without their low bits.
  mutating func add(_ symbols: [UInt16]) {
    let block = max(min(sequence.stride, 1 << 16), 1)
    var ids = [UInt16](repeating: 0, count: stream.hasOneClass ? 0 : min(block, symbols.count))
    unsafe symbols.withUnsafeBufferPointer { symbols in
      for start in stride(from: 0, to: symbols.count, by: block) {
        let range = start..<min(start + block, symbols.count)
        let part = unsafe UnsafeBufferPointer(rebasing: symbols[range])
        let place = (position + range.lowerBound)..<(position + range.upperBound)
        if !stream.hasOneClass { sequence.fill(&ids, place) }
        unsafe birdie_count_symbols(
          &counts, part.baseAddress, stream.hasOneClass ? nil : ids, part.count,
          stream.alphabet.symbolCount)
        unsafe sequence.advance(part, place)
      }
    }
    position += symbols.count
  }
}

extension StreamDescription {
  /// The counts of all symbols of the stream.
  func counts(of symbols: [UInt16]) -> [UInt32] {
    var counter = StreamCounter(self)
    counter.add(symbols)
    return counter.counts
  }
}
