internal import Diagnostics

/// Walks a finished graph for cycles and for nesting beyond the limit, without recursion.
struct GraphCheck {
  let nodes: [PickleNode]
  let nestingDepth: Int

  private enum Visit { case enter(NodeID), leave(NodeID) }

  /// Throws P31 on a cycle and P23 on a path longer than the limit.
  func run(from root: NodeID) throws(Rejection) {
    // The longest way down from each node; -1 while it is being walked, nil before.
    var heights = [Int?](repeating: nil, count: nodes.count)
    var visits = [Visit.enter(root)]
    while let visit = visits.popLast() {
      switch visit {
      case .enter(let id):
        if let height = heights[id] {
          guard height >= 0 else { throw Rejection(PickleRules.cycle, "a value contains itself") }
          continue
        }
        heights[id] = -1
        visits.append(.leave(id))
        for child in nodes[id].children {
          if heights[child] == -1 {
            throw Rejection(PickleRules.cycle, "a value contains itself")
          }
          if heights[child] == nil { visits.append(.enter(child)) }
        }
      case .leave(let id):
        let height = 1 + (nodes[id].children.lazy.compactMap { heights[$0] }.max() ?? 0)
        guard height <= nestingDepth else {
          throw Rejection(PickleRules.limits, "values are nested deeper than \(nestingDepth)")
        }
        heights[id] = height
      }
    }
  }
}
