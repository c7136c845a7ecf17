internal import CKernels

/// The transform of grouped LZ4: bytes 0, 4, 8, …, then 1, 5, 9, …, then those of the third and the
/// fourth place. Where four does not divide the length, the first groups have one byte more.
enum ByteGroups {
  /// The content in groups.
  static func grouped(_ content: RawSpan) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(content.byteCount)
    for place in 0..<min(4, content.byteCount) {
      for offset in stride(from: place, to: content.byteCount, by: 4) {
        result.append(content.byte(at: offset))
      }
    }
    return result
  }

  /// Fills the first bytes of `content` with what the first `byteCount` of `groups` stand for.
  static func ungroup(_ groups: [UInt8], byteCount: Int, into content: inout [UInt8]) {
    precondition(byteCount <= groups.count && byteCount <= content.count)
    let (rows, rest) = byteCount.quotientAndRemainder(dividingBy: 4)
    let starts = (0..<4).map { $0 * rows + min($0, rest) }
    var outer = [UInt8](repeating: 0, count: 2 * rows)
    var inner = outer
    // Two rounds of a kernel that interleaves two; every group has `rows` bytes at its start.
    unsafe groups.withUnsafeBufferPointer { groups in
      guard let first = groups.baseAddress else { return }
      unsafe birdie_unshuffle2(&outer, first + starts[0], first + starts[2], rows)
      unsafe birdie_unshuffle2(&inner, first + starts[1], first + starts[3], rows)
    }
    unsafe birdie_unshuffle2(&content, outer, inner, 2 * rows)
    for place in 0..<rest { content[4 * rows + place] = groups[starts[place] + rows] }
  }
}
