/// A map from byte strings to ids that looks parts of a text up without copying them.
struct ByteStringTable: Sendable {
  private var content: [UInt8] = []
  /// Where each string ends in `content`.
  private var ends: [Int] = [0]
  private var ids: [Int32] = []
  private var slots: [Int32]

  /// An empty table with room for some strings.
  init(capacity: Int) {
    var slotCount = 16
    while slotCount < capacity * 2 { slotCount *= 2 }
    slots = Array(repeating: -1, count: slotCount)
  }

  /// Adds a string; false, and nothing is changed, where it is there already.
  mutating func insert(_ string: [UInt8], id: Int32) -> Bool {
    if (ids.count + 1) * 2 > slots.count { grow() }
    let slot = slot(string, 0..<string.count)
    guard slots[slot] < 0 else { return false }
    slots[slot] = Int32(ids.count)
    content += string
    ends.append(content.count)
    ids.append(id)
    return true
  }

  /// The id of a part of a text; -1 where it is not in the table.
  func id(of text: [UInt8], _ range: Range<Int>) -> Int32 {
    let entry = slots[slot(text, range)]
    return entry < 0 ? -1 : ids[Int(entry)]
  }

  /// The id of a string; -1 where it is not in the table.
  func id(of string: [UInt8]) -> Int32 { id(of: string, 0..<string.count) }

  private func slot(_ text: [UInt8], _ range: Range<Int>) -> Int {
    let mask = slots.count - 1
    var hasher = Hasher()
    unsafe text.withUnsafeBytes { bytes in
      // The range lies within the text; the slice does not leave the closure.
      unsafe hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes[range]))
    }
    var slot = hasher.finalize() & mask
    while slots[slot] >= 0, !isEntry(slots[slot], text, range) { slot = (slot + 1) & mask }
    return slot
  }

  private func isEntry(_ entry: Int32, _ text: [UInt8], _ range: Range<Int>) -> Bool {
    let start = ends[Int(entry)]
    guard ends[Int(entry) + 1] - start == range.count else { return false }
    for offset in 0..<range.count where content[start + offset] != text[range.lowerBound + offset] {
      return false
    }
    return true
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    for entry in ids.indices {
      let slot = slot(content, ends[entry]..<ends[entry + 1])
      slots[slot] = Int32(entry)
    }
  }
}
