/// A run of the text that is one symbol so far.
struct MergeSymbol {
  /// The symbol's neighbours; -1 at the ends.
  var previous: Int32
  var next: Int32
  /// Where it begins in the text.
  let start: Int32
  /// Its length in bytes; zero once it was merged into its left neighbour.
  var length: Int32
  /// The token it is; -1 where it is none.
  var id: Int32
}

/// What two neighbours become, and how soon: a lower rank is merged first.
struct Merge {
  let rank: Int32
  let id: Int32
}

/// Which neighbours are merged.
protocol MergeRules {
  /// What two neighbouring symbols become; nil where they stay apart.
  mutating func merge(_ left: MergeSymbol, _ right: MergeSymbol) -> Merge?
}

/// Byte pair encoding: merges neighbours of the lowest rank, leftmost first, until none are left.
///
/// A heap of candidates, as in SentencePiece and tokenizers: O(n log n) for n symbols, however long
/// the text is. Kept between texts, it allocates nothing for short ones.
struct PairMerger {
  /// The symbols in the order of the text; those of length zero are gone.
  private(set) var symbols: [MergeSymbol] = []
  private var heap: [Candidate] = []

  private struct Candidate {
    /// The rank, then the index of the left symbol: the order of merging.
    let key: UInt64
    /// The length of both together, which tells whether either has changed meanwhile.
    let length: Int32
    let id: Int32

    var left: Int { Int(key & 0xffff_ffff) }
  }

  /// Forgets the last text.
  mutating func reset() {
    symbols.removeAll(keepingCapacity: true)
    heap.removeAll(keepingCapacity: true)
  }

  /// Adds a symbol after those that are there.
  mutating func append(start: Int, length: Int, id: Int32) {
    let index = Int32(symbols.count)
    if index > 0 { symbols[Int(index) - 1].next = index }
    symbols.append(
      MergeSymbol(
        previous: index - 1, next: -1, start: Int32(start), length: Int32(length), id: id))
  }

  /// Makes the last symbol longer.
  mutating func extendLast(by length: Int) {
    guard !symbols.isEmpty else { return }
    symbols[symbols.count - 1].length += Int32(length)
  }

  /// Merges what can be merged.
  mutating func run(_ rules: inout some MergeRules) {
    for index in symbols.indices.dropFirst() { consider(index - 1, index, &rules) }
    while let top = pop() {
      let left = symbols[top.left]
      guard left.length > 0, left.next >= 0 else { continue }
      let right = symbols[Int(left.next)]
      guard left.length + right.length == top.length else { continue }
      symbols[top.left].length = top.length
      symbols[top.left].id = top.id
      symbols[top.left].next = right.next
      symbols[Int(left.next)].length = 0
      if right.next >= 0 { symbols[Int(right.next)].previous = Int32(top.left) }
      if left.previous >= 0 { consider(Int(left.previous), top.left, &rules) }
      if right.next >= 0 { consider(top.left, Int(right.next), &rules) }
    }
  }

  private mutating func consider(_ left: Int, _ right: Int, _ rules: inout some MergeRules) {
    guard let merge = rules.merge(symbols[left], symbols[right]) else { return }
    push(
      Candidate(
        key: UInt64(UInt32(bitPattern: merge.rank)) << 32 | UInt64(left),
        length: symbols[left].length + symbols[right].length, id: merge.id))
  }

  private mutating func push(_ candidate: Candidate) {
    var index = heap.count
    heap.append(candidate)
    while index > 0 {
      let parent = (index - 1) / 2
      guard candidate.key < heap[parent].key else { break }
      heap[index] = heap[parent]
      index = parent
    }
    heap[index] = candidate
  }

  private mutating func pop() -> Candidate? {
    guard let top = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return top }
    var index = 0
    while true {
      var child = index * 2 + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].key < heap[child].key { child += 1 }
      guard heap[child].key < last.key else { break }
      heap[index] = heap[child]
      index = child
    }
    heap[index] = last
    return top
  }
}
