/// The machine's stack: values, and marks that no pop reaches across.
struct OperandStack {
  private var values: [NodeID] = []
  private var marks: [Int] = []

  /// Values and marks together.
  var depth: Int { values.count + marks.count }
  var openMarks: Int { marks.count }
  var count: Int { values.count }
  var top: NodeID? { values.count > (marks.last ?? 0) ? values.last : nil }

  mutating func push(_ id: NodeID) { values.append(id) }
  mutating func mark() { marks.append(values.count) }

  mutating func pop() -> NodeID? {
    values.count > (marks.last ?? 0) ? values.removeLast() : nil
  }

  /// The last `count` values in the order they were pushed.
  mutating func pop(_ count: Int) -> [NodeID]? {
    guard values.count - (marks.last ?? 0) >= count else { return nil }
    // An array, not a slice: a slice would keep the buffer shared and make the removal copy it.
    let items = Array(values.suffix(count))
    values.removeLast(count)
    return items
  }

  /// The values above the last mark, which goes too.
  mutating func popToMark() -> [NodeID]? {
    guard let mark = marks.popLast() else { return nil }
    let items = Array(values[mark...])
    values.removeLast(items.count)
    return items
  }

  /// Drops the last mark if nothing lies above it.
  mutating func popBareMark() -> Bool {
    guard let mark = marks.last, mark == values.count else { return false }
    marks.removeLast()
    return true
  }
}

/// The machine's numbered variables: dense in what every pickler writes, sparse if need be, so that
/// a huge id costs one entry.
struct Memo {
  private var dense: [NodeID] = []
  private var sparse: [Int: NodeID] = [:]

  var count: Int { dense.count + sparse.count }

  subscript(id: Int) -> NodeID? {
    get { dense.indices.contains(id) ? dense[id] : sparse[id] }
    set {
      guard let newValue else { return }
      if dense.indices.contains(id) {
        dense[id] = newValue
      } else if id == dense.count {
        dense.append(newValue)
        if !sparse.isEmpty { sparse[id] = nil }
      } else {
        sparse[id] = newValue
      }
    }
  }
}
