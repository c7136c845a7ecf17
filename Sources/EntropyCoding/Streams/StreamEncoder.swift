internal import CKernels
public import Diagnostics

/// Encodes the chunks of a stream that has a description.
public struct StreamEncoder: Sendable {
  private let stream: StreamDescription
  private let entries: [birdie_rans_symbol]
  private var classes: ClassSequence
  private var nextChunk = 0

  /// An encoder at the first chunk; throws B08 for a model that gives no tables.
  public init(_ stream: StreamDescription) throws(Rejection) {
    self.stream = stream
    classes = ClassSequence(stream)
    entries = Self.entries(try stream.tables())
  }

  private static func entries(_ tables: FrequencyTables) -> [birdie_rans_symbol] {
    var entries: [birdie_rans_symbol] = []
    entries.reserveCapacity(tables.frequencies.count)
    for index in 0..<tables.classCount {
      var sum: UInt32 = 0
      for frequency in tables[index] {
        entries.append(
          birdie_rans_symbol(
            reciprocal: frequency > 1 ? UInt64.max / UInt64(frequency) + 1 : 0,
            inverse: frequency > 0 ? 1 / Double(frequency) : 0, frequency: frequency,
            cumulative: sum))
        sum += frequency
      }
    }
    return entries
  }

  /// The bytes of the next chunk. `symbols` are less the stream's least one and not yet shifted;
  /// each has a frequency in the table of its class.
  public mutating func next(_ symbols: ArraySlice<UInt16>) -> [UInt8] {
    let range = stream.range(ofChunk: nextChunk)
    nextChunk += 1
    precondition(symbols.count == range.count, "a chunk of symbols")
    guard stream.lowBits > 0 else {
      let symbols = Array(symbols)
      return chunk(symbols, classes(of: symbols, range))
    }
    let shifted = symbols.map { $0 &>> UInt16(stream.lowBits) }
    return chunk(shifted, classes(of: shifted, range)) + LowBits.packed(symbols, stream.lowBits)
  }

  /// The bytes of a chunk of a stream of one class and without low bits, whichever it is.
  func chunk(_ symbols: [UInt16]) -> [UInt8] {
    precondition(stream.hasOneClass && stream.lowBits == 0, "chunks that stand alone")
    return chunk(symbols, [])
  }

  /// The stream's least symbol, as a byte some bits of which are flipped.
  func least(flip: UInt8) -> UInt16 {
    UInt16(truncatingIfNeeded: stream.alphabet.leastSymbol + Int(flip))
  }

  private func chunk(_ symbols: [UInt16], _ ids: [UInt16]) -> [UInt8] {
    var states = [UInt32](repeating: 1 << 16, count: stream.lanes)
    let most = 4 * states.count + 2 * symbols.count
    return unsafe [UInt8](unsafeUninitializedCapacity: most) { bytes, byteCount in
      let words = unsafe [UInt16](unsafeUninitializedCapacity: symbols.count) { buffer, count in
        count = unsafe encode(symbols, ids, &states, buffer)
        // They were written downwards from the end.
        guard let base = buffer.baseAddress else { return }
        unsafe base.update(from: base + (symbols.count - count), count: count)
      }
      byteCount = 4 * states.count + 2 * words.count
      let target = UnsafeMutableRawBufferPointer(bytes)
      for (index, state) in states.enumerated() {
        unsafe target.storeBytes(of: state.littleEndian, toByteOffset: 4 * index, as: UInt32.self)
      }
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: target[(4 * states.count)...])
      unsafe words.withUnsafeBytes { unsafe rest.copyMemory(from: $0) }
    }
  }

  private mutating func classes(of symbols: [UInt16], _ range: Range<Int>) -> [UInt16] {
    guard !stream.hasOneClass else { return [] }
    var ids = [UInt16](repeating: 0, count: symbols.count)
    let block = min(classes.stride, symbols.count)
    guard block < symbols.count || classes.stride != .max else {
      classes.fill(&ids, range)
      return ids
    }
    var part = [UInt16](repeating: 0, count: block)
    for start in stride(from: 0, to: symbols.count, by: max(block, 1)) {
      let end = min(start + block, symbols.count)
      let positions = (range.lowerBound + start)..<(range.lowerBound + end)
      classes.fill(&part, positions)
      ids.replaceSubrange(start..<end, with: part[..<(end - start)])
      unsafe symbols.withUnsafeBufferPointer { symbols in
        unsafe classes.advance(UnsafeBufferPointer(rebasing: symbols[start..<end]), positions)
      }
    }
    return ids
  }

  private func encode(
    _ symbols: [UInt16], _ ids: [UInt16], _ states: inout [UInt32],
    _ buffer: UnsafeMutableBufferPointer<UInt16>
  ) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    return unsafe symbols.withUnsafeBufferPointer { symbols in
      unsafe ids.withUnsafeBufferPointer { ids in
        unsafe entries.withUnsafeBufferPointer { entries in
          unsafe states.withUnsafeMutableBufferPointer { states in
            unsafe birdie_kernels().pointee.rans_encode(
              base + symbols.count, symbols.baseAddress, symbols.count,
              stream.hasOneClass ? nil : ids.baseAddress, states.baseAddress, states.count,
              entries.baseAddress, UInt32(stream.alphabet.symbolCount),
              UInt32(stream.alphabet.precision))
          }
        }
      }
    }
  }
}
