/// Whether a graph of values is a finite tree once shared parts are written out.
enum GraphShape {
  /// No cycle, and within the limits.
  case sound
  /// The value is a part of itself.
  case cyclic(NodeID)
  /// More containers lie inside the value than the limit allows.
  case tooDeep(NodeID)
  /// The value written out as a tree is larger than the limit allows.
  case tooWide(NodeID)

  private struct Visit {
    let id: NodeID
    var nextPart = 0
    var height = 0
    var size = 1
  }

  /// Walks depth first with its own stack, each edge once, however deep the values are.
  static func measure(_ arena: NodeArena, root: NodeID, limits: PickleLimits) -> GraphShape {
    // -1 unseen, -2 under way, otherwise how many levels lie below.
    var heights = [Int32](repeating: -1, count: arena.nodes.count)
    var sizes = [Int](repeating: 1, count: arena.nodes.count)
    var path = [Visit(id: root)]
    heights[root.position] = -2
    while var visit = path.popLast() {
      guard let part = arena[visit.id].part(visit.nextPart) else {
        heights[visit.id.position] = Int32(clamping: visit.height)
        sizes[visit.id.position] = visit.size
        continue
      }
      switch heights[part.position] {
      case -2: return .cyclic(part)
      case -1:
        path.append(visit)
        path.append(Visit(id: part))
        heights[part.position] = -2
        if path.count > limits.nestingDepth + 1 { return .tooDeep(root) }
      case let height:
        visit.height = max(visit.height, Int(height) + 1)
        visit.nextPart += 1
        if visit.height > limits.nestingDepth { return .tooDeep(visit.id) }
        let size = sizes[part.position]
        if size > limits.expandedNodes - visit.size { return .tooWide(visit.id) }
        visit.size += size
        path.append(visit)
      }
    }
    return .sound
  }
}
