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
    let starts = (0..<4).map { $0 * (byteCount / 4) + min($0, byteCount % 4) }
    var outer = [UInt8](repeating: 0, count: byteCount - byteCount / 2)
    var inner = [UInt8](repeating: 0, count: byteCount / 2)
    // Two rounds of a kernel that interleaves two: the first and the third group, the second and
    // the fourth, and then what came of them. All stay inside their arrays by the counts above.
    unsafe groups.withUnsafeBufferPointer { groups in
      guard let first = groups.baseAddress else { return }
      unsafe birdie_unshuffle2(&outer, first + starts[0], first + starts[2], outer.count)
      unsafe birdie_unshuffle2(&inner, first + starts[1], first + starts[3], inner.count)
    }
    unsafe birdie_unshuffle2(&content, outer, inner, byteCount)
  }
}
