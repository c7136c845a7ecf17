internal import CZlib
internal import Diagnostics

/// Rebuilds the output from rzip's commands: copy literals, or repeat what was written before.
struct RzipReplay {
  private var output: [UInt8]
  private var position = 0

  init(outputCount: Int) { output = [UInt8](repeating: 0, count: outputCount) }

  /// Follows the commands of one chunk up to its end mark and verifies the chunk's CRC-32.
  mutating func run(
    _ commands: RawSpan, _ literals: RawSpan, offsetWidth: Int
  ) throws(Rejection) {
    let start = position
    var cursor = 0
    var literalsUsed = 0
    while true {
      guard let kind = commands.byte(at: cursor), kind <= 1,
        let length = commands.number(at: cursor + 1, width: 2)
      else { throw damage("the rzip commands end early or are unknown") }
      cursor += 3
      if kind == 0, length == 0 { break }
      guard length > 0, length <= output.count - position else {
        throw Rejection(
          ByteCodecRules.sizeLie, "lrzip decodes to more than the announced \(output.count) bytes")
      }
      if kind == 0 {
        guard length <= literals.byteCount - literalsUsed else {
          throw damage("the rzip literals end early")
        }
        write(literals.extracting(literalsUsed..<literalsUsed + length))
        literalsUsed += length
      } else {
        guard let distance = commands.number(at: cursor, width: offsetWidth),
          distance > 0, distance <= position - start
        else { throw damage("an rzip match reaches before the start of its chunk") }
        cursor += offsetWidth
        repeatOutput(distance: distance, length: length)
      }
    }
    guard cursor + 4 == commands.byteCount, literalsUsed == literals.byteCount else {
      throw damage("rzip commands or literals are left over")
    }
    try verify(from: start, checksum: commands.number(at: cursor, width: 4) ?? 0)
  }

  /// The output, if it is as long as announced.
  consuming func finished() throws(Rejection) -> [UInt8] {
    guard position == output.count else {
      throw Rejection(
        ByteCodecRules.sizeLie,
        "lrzip decodes to \(position) bytes instead of the announced \(output.count)")
    }
    return output
  }

  private mutating func write(_ bytes: RawSpan) {
    // Both ranges were checked by the caller.
    unsafe bytes.withUnsafeBytes { source in
      unsafe output.withUnsafeMutableBytes { target in
        let room = unsafe target[position..<position + source.count]
        unsafe UnsafeMutableRawBufferPointer(rebasing: room).copyMemory(from: source)
      }
    }
    position += bytes.byteCount
  }

  /// Copies in pieces of at most `distance`, so that a match may overlap what it writes.
  private mutating func repeatOutput(distance: Int, length: Int) {
    var remaining = length
    while remaining > 0 {
      let count = min(distance, remaining)
      unsafe output.withUnsafeMutableBytes { target in
        let source = unsafe target[position - distance..<position - distance + count]
        let room = unsafe target[position..<position + count]
        unsafe UnsafeMutableRawBufferPointer(rebasing: room)
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: source))
      }
      position += count
      remaining -= count
    }
  }

  /// The chunk's CRC starts at 0 and is not inverted at the end, unlike zlib's.
  private func verify(from start: Int, checksum: Int) throws(Rejection) {
    var register: UInt = 0xffff_ffff
    var offset = start
    while offset < position {
      let count = min(1 << 30, position - offset)
      let piece = output.span.extracting(offset..<offset + count)
      register = unsafe piece.withUnsafeBufferPointer {
        unsafe crc32(register, $0.baseAddress, UInt32(count))
      }
      offset += count
    }
    guard ~UInt32(truncatingIfNeeded: register) == UInt32(truncatingIfNeeded: checksum) else {
      throw damage("an lrzip chunk does not have its CRC-32")
    }
  }

  private func damage(_ message: String) -> Rejection {
    Rejection(ByteCodecRules.damaged, message)
  }
}
