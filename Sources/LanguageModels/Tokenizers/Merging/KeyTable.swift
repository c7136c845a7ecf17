/// A map from 64-bit keys to 32-bit numbers with open addressing.
///
/// The seed differs from process to process, so that no hostile vocabulary can be made to collide;
/// results do not depend on the order of slots.
struct KeyTable: Sendable {
  private var keys: [UInt64]
  private var values: [Int32]
  private var mask: Int
  private let seed = UInt64(truncatingIfNeeded: Hasher().finalize())
  private(set) var count = 0

  /// An empty table with room for some keys.
  init(capacity: Int) {
    var slotCount = 16
    while slotCount < capacity * 2 { slotCount *= 2 }
    keys = Array(repeating: .max, count: slotCount)
    values = Array(repeating: 0, count: slotCount)
    mask = slotCount - 1
  }

  /// The value of a key, which is never `UInt64.max`; -1 where there is none.
  @inline(__always)
  func value(_ key: UInt64) -> Int32 {
    let slot = slot(key)
    return keys[slot] == key ? values[slot] : -1
  }

  /// Sets the value of a key.
  mutating func set(_ key: UInt64, _ value: Int32) {
    if (count + 1) * 2 > keys.count { grow() }
    let slot = slot(key)
    if keys[slot] != key { count += 1 }
    keys[slot] = key
    values[slot] = value
  }

  @inline(__always)
  private func slot(_ key: UInt64) -> Int {
    // The finalizer of SplitMix64.
    var hash = key ^ seed
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    var slot = Int(truncatingIfNeeded: hash ^ (hash >> 31)) & mask
    while keys[slot] != key, keys[slot] != .max { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = (keys, values)
    keys = Array(repeating: .max, count: old.0.count * 2)
    values = Array(repeating: 0, count: old.0.count * 2)
    mask = keys.count - 1
    for (key, value) in zip(old.0, old.1) where key != .max {
      let slot = slot(key)
      keys[slot] = key
      values[slot] = value
    }
  }
}
