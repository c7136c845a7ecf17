/// The records that no other beats: none is as small and as good, and smaller or better.
enum ParetoFront {
  /// A record's bytes and bits per byte, of which less is better.
  struct Point: Sendable, Equatable {
    let byteCount: Int
    let bitsPerByte: Double
  }

  /// The positions of those on the front, the smallest first; of several in one place all.
  static func indices(of points: [Point]) -> [Int] {
    let order = points.indices.sorted { left, right in
      let (a, b) = (points[left], points[right])
      return (a.byteCount, a.bitsPerByte, left) < (b.byteCount, b.bitsPerByte, right)
    }
    var front: [Int] = []
    for index in order {
      let point = points[index]
      guard let last = front.last.map({ points[$0] }) else {
        front.append(index)
        continue
      }
      if point.bitsPerByte < last.bitsPerByte || point == last { front.append(index) }
    }
    return front
  }
}
