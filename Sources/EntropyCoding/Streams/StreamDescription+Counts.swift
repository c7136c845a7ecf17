internal import CKernels

extension StreamDescription {
  /// How often each symbol of each class occurs, class after class. `symbols` are all of the
  /// stream's, less the least one and without their low bits.
  func counts(of symbols: [UInt16]) -> [UInt32] {
    let tableCount = widthCount * alphabet.supersetCount
    var counts = [UInt32](repeating: 0, count: tableCount * alphabet.symbolCount)
    var sequence = ClassSequence(self)
    let block = max(min(sequence.stride, 1 << 16), 1)
    var ids = [UInt16](repeating: 0, count: hasOneClass ? 0 : min(block, symbols.count))
    unsafe symbols.withUnsafeBufferPointer { symbols in
      for start in stride(from: 0, to: symbols.count, by: block) {
        let range = start..<min(start + block, symbols.count)
        let part = unsafe UnsafeBufferPointer(rebasing: symbols[range])
        if !hasOneClass { sequence.fill(&ids, range) }
        unsafe birdie_count_symbols(
          &counts, part.baseAddress, hasOneClass ? nil : ids, part.count, alphabet.symbolCount)
        unsafe sequence.advance(part, range)
      }
    }
    return counts
  }
}
