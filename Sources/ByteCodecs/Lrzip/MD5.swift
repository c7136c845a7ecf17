internal import Glibc

/// The MD5 digest (RFC 1321), which lrzip puts at the end of its files.
///
/// It finds accidents, not attacks: collisions can be made at will.
enum MD5 {
  private static let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
  private static let sines: [UInt32] = (1...64).map { UInt32(abs(sin(Double($0))) * 4_294_967_296) }

  static func digest(of bytes: RawSpan) -> [UInt8] {
    var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]
    let wholeBlocks = bytes.byteCount / 64
    for block in 0..<wholeBlocks { absorb(bytes, at: 64 * block, into: &state) }
    let tail = padding(after: bytes, from: 64 * wholeBlocks)
    for offset in stride(from: 0, to: tail.count, by: 64) {
      absorb(tail.rawBytes, at: offset, into: &state)
    }
    return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
  }

  private static func padding(after bytes: RawSpan, from start: Int) -> [UInt8] {
    var tail = (start..<bytes.byteCount).map { bytes.byte(at: $0) ?? 0 }
    tail.append(0x80)
    while tail.count % 64 != 56 { tail.append(0) }
    let bitCount = UInt64(bytes.byteCount) &* 8
    return tail + (0..<8).map { UInt8(truncatingIfNeeded: bitCount >> (8 * UInt64($0))) }
  }

  private static func absorb(_ bytes: RawSpan, at offset: Int, into state: inout [UInt32]) {
    let words = (0..<16).map { UInt32(bytes.number(at: offset + 4 * $0, width: 4) ?? 0) }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    for step in 0..<64 {
      let (mixed, word): (UInt32, Int) =
        switch step / 16 {
        case 0: ((b & c) | (~b & d), step)
        case 1: ((d & b) | (~d & c), (5 * step + 1) % 16)
        case 2: (b ^ c ^ d, (3 * step + 5) % 16)
        default: (c ^ (b | ~d), 7 * step % 16)
        }
      let sum = a &+ mixed &+ sines[step] &+ words[word]
      let shift = shifts[step / 16 * 4 + step % 4]
      (a, d, c, b) = (d, c, b, b &+ (sum << shift | sum >> (32 - shift)))
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
  }
}
