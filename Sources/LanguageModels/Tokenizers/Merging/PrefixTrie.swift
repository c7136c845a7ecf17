/// Byte strings with a number each, to be found at the front of a text.
struct PrefixTrie: Sendable {
  /// A string that a text has at some place, and its number.
  struct Match {
    let length: Int
    let value: Int32
  }

  /// The node before any byte.
  static let root: Int32 = 0

  private var children = KeyTable(capacity: 256)
  /// The number of the string that ends at each node; -1 where none does.
  private var values: [Int32] = [-1]

  /// Whether no string is in it.
  var isEmpty: Bool { values.count == 1 }

  /// Adds a string, or gives it another number.
  mutating func insert(_ bytes: [UInt8], value: Int32) {
    var node = Self.root
    for byte in bytes {
      var child = child(of: node, byte)
      if child < 0 {
        child = Int32(values.count)
        children.set(Self.key(node, byte), child)
        values.append(-1)
      }
      node = child
    }
    values[Int(node)] = value
  }

  /// The node after one more byte; -1 where no string goes on like that.
  @inline(__always)
  func child(of node: Int32, _ byte: UInt8) -> Int32 { children.value(Self.key(node, byte)) }

  /// The number of the string that ends at a node; -1 where none does.
  @inline(__always)
  func value(at node: Int32) -> Int32 { values[Int(node)] }

  /// The longest string that `text` has at `start`.
  func longestMatch(in text: [UInt8], at start: Int) -> Match? {
    var node = Self.root
    var match: Match?
    var index = start
    while index < text.count {
      node = child(of: node, text[index])
      if node < 0 { break }
      index += 1
      if value(at: node) >= 0 { match = Match(length: index - start, value: value(at: node)) }
    }
    return match
  }

  private static func key(_ node: Int32, _ byte: UInt8) -> UInt64 {
    UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
  }
}
