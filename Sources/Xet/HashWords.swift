/// Four numbers of 64 bits, from the least significant on.
///
/// Not a vector of 32-byte alignment: values of it were in asynchronous functions when a server
/// crashed in an optimized build (Swift 6.3).
struct HashWords: Sendable, Hashable {
  private var first: UInt64
  private var second: UInt64
  private var third: UInt64
  private var fourth: UInt64

  init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
    (self.first, self.second, self.third, self.fourth) = (first, second, third, fourth)
  }

  /// The same number four times.
  init(repeating word: UInt64) { self.init(word, word, word, word) }

  /// The number at an index below 4.
  subscript(index: Int) -> UInt64 {
    get {
      switch index {
      case 0: first
      case 1: second
      case 2: third
      default: fourth
      }
    }
    set {
      switch index {
      case 0: first = newValue
      case 1: second = newValue
      case 2: third = newValue
      default: fourth = newValue
      }
    }
  }
}
