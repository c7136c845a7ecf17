internal import CKernels
public import Diagnostics

/// Decodes a stream chunk after chunk.
public struct StreamDecoder {
  private let stream: StreamDescription
  private let tables: DecodingTables
  private var classes: ClassSequence
  private var chunk = 0

  /// A decoder at the first chunk; throws B08 for a model that gives no tables.
  public init(_ stream: StreamDescription) throws(Rejection) {
    self.stream = stream
    tables = DecodingTables(
      try stream.tables(), symbolsToCome: stream.geometry.count)
    classes = ClassSequence(stream)
  }

  /// Decodes the next chunk, which `bytes` hold, to symbols less the least one, `least`.
  ///
  /// Throws B06 unless the bytes are exactly what an encoder writes for a chunk of so many symbols.
  public mutating func next(_ bytes: RawSpan) throws(Rejection) -> [UInt16] {
    let range = stream.range(ofChunk: chunk)
    chunk += 1
    let lanes = min(stream.lanes, 64)
    let lowByteCount = (range.count * stream.lowBits + 7) / 8
    let wordBytes = bytes.byteCount - 4 * lanes - lowByteCount
    guard wordBytes >= 0, wordBytes % 2 == 0 else {
      throw Rejection(
        EntropyRules.damagedStream,
        "a chunk of \(bytes.byteCount) bytes for \(range.count) symbols in \(lanes) lanes")
    }
    var states = (0..<lanes).map { lane in
      // Inside: the states' bytes were counted.
      UInt32(
        littleEndian: unsafe bytes.unsafeLoadUnaligned(
          fromByteOffset: 4 * lane, as: UInt32.self))
    }
    try require(
      states.allSatisfy { $0 >= 1 << 16 }, EntropyRules.damagedStream,
      "a lane begins below 2^16")
    var symbols = [UInt16](repeating: 0, count: range.count)
    let words = bytes.extracting(4 * lanes..<(4 * lanes + wordBytes))
    let used = try decode(&symbols, range, words, &states)
    try require(
      used == wordBytes / 2 && states.allSatisfy { $0 == 1 << 16 }, EntropyRules.damagedStream,
      used == nil
        ? "the words of a chunk end before its symbols"
        : "a chunk does not end where its encoder began")
    if stream.lowBits > 0 {
      let padding = 8 * lowByteCount - range.count * stream.lowBits
      // Inside: there are low bits, so there is a last byte of them, unless there are no symbols.
      let last =
        lowByteCount == 0
        ? 0 : unsafe bytes.unsafeLoad(fromByteOffset: bytes.byteCount - 1, as: UInt8.self)
      try require(
        UInt(last) >> UInt(8 - padding) == 0, EntropyRules.damagedStream,
        "the bits behind a chunk's last are no zeros")
      LowBits.append(
        bytes.extracting((bytes.byteCount - lowByteCount)...), stream.lowBits, to: &symbols,
        shiftedLeast: stream.alphabet.leastSymbol)
    }
    return symbols
  }

  /// The words used, or nil where there were too few.
  private mutating func decode(
    _ symbols: inout [UInt16], _ range: Range<Int>, _ words: RawSpan, _ states: inout [UInt32]
  ) throws(Rejection) -> Int? {
    let lanes = states.count
    let block = max(min(classes.stride, 1 << 14) / lanes, 1) * lanes
    var ids = [UInt16](repeating: 0, count: stream.hasOneClass ? 0 : min(block, range.count))
    var used = 0
    for start in Swift.stride(from: 0, to: range.count, by: block) {
      let count = min(block, range.count - start)
      let position = range.lowerBound + start
      if !stream.hasOneClass { classes.fill(&ids, position..<(position + count)) }
      try requireTables(ids, count)
      guard
        let read = decode(
          &symbols, start..<(start + count), ids, words.extracting((2 * used)...), &states)
      else { return nil }
      used += read
      unsafe symbols.withUnsafeBufferPointer { symbols in
        unsafe classes.advance(
          UnsafeBufferPointer(rebasing: symbols[start..<(start + count)]),
          position..<(position + count))
      }
    }
    return used
  }

  private func requireTables(_ ids: [UInt16], _ count: Int) throws(Rejection) {
    let isWrong =
      stream.hasOneClass
      ? tables.isUnused[0]
      : tables.isUnused.contains(true) && ids[..<count].contains { tables.isUnused[Int($0)] }
    try require(
      !isWrong, EntropyRules.impossibleTable, "symbols are of a class that has no frequencies")
  }

  private func decode(
    _ symbols: inout [UInt16], _ range: Range<Int>, _ ids: [UInt16], _ words: RawSpan,
    _ states: inout [UInt32]
  ) -> Int? {
    let lanes = states.count
    let used = unsafe tables.withTables { tables in
      unsafe symbols.withUnsafeMutableBufferPointer { symbols in
        unsafe ids.withUnsafeBufferPointer { ids in
          unsafe words.withUnsafeBytes { words in
            unsafe states.withUnsafeMutableBufferPointer { states in
              unsafe birdie_kernels().pointee.rans_decode(
                symbols.baseAddress.map { unsafe $0 + range.lowerBound }, range.count,
                stream.hasOneClass ? nil : ids.baseAddress, states.baseAddress, lanes,
                words.baseAddress, words.count / 2, tables)
            }
          }
        }
      }
    }
    // SIZE_MAX, as Swift sees it.
    return used < 0 ? nil : used
  }
}

/// The bits of symbols that no model is worth.
enum LowBits {
  /// Gives each symbol its low bits: from (symbol shifted) − (least shifted) to symbol − least's
  /// multiple of 2^count.
  static func append(
    _ bytes: RawSpan, _ count: Int, to symbols: inout [UInt16], shiftedLeast: Int
  ) {
    let mask = UInt32(1) << UInt32(count) - 1
    for index in symbols.indices {
      let bit = index * count
      // A field reaches into the next byte or not; the last one's next byte may not exist.
      let first = UInt32(unsafe bytes.unsafeLoad(fromByteOffset: bit / 8, as: UInt8.self))
      let second =
        bit / 8 + 1 < bytes.byteCount
        ? UInt32(unsafe bytes.unsafeLoad(fromByteOffset: bit / 8 + 1, as: UInt8.self)) : 0
      let field = (first | second << 8) >> UInt32(bit % 8) & mask
      symbols[index] = symbols[index] &<< UInt16(count) | UInt16(truncatingIfNeeded: field)
    }
  }

  /// The low bits of symbols, packed.
  static func packed(_ symbols: ArraySlice<UInt16>, _ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (symbols.count * count + 7) / 8)
    let mask = UInt32(1) << UInt32(count) - 1
    for (index, symbol) in symbols.enumerated() {
      let bit = index * count
      let field = (UInt32(symbol) & mask) << UInt32(bit % 8)
      bytes[bit / 8] |= UInt8(truncatingIfNeeded: field)
      if bit / 8 + 1 < bytes.count { bytes[bit / 8 + 1] |= UInt8(truncatingIfNeeded: field >> 8) }
    }
    return bytes
  }
}
