import Pages
import Testing

struct TreemapTests {
  private let frame = Frame(x: 10, y: 20, width: 600, height: 400)
  private static let cases: [[Double]] = [
    [1], [3, 2, 1], [6, 6, 4, 3, 2, 2, 1], [1, 2, 3, 4, 5], [1e9, 1, 1e-9],
    Array(repeating: 1, count: 97), (1...200).map { 1 / Double($0) },
  ]

  @Test(arguments: cases)
  func `areas are in the proportion of the weights`(weights: [Double]) {
    let frames = Treemap.frames(of: weights, in: frame)
    let unit = frame.area / weights.reduce(0, +)
    // Sums of up to 200 rounded sides.
    let isClose = zip(frames, weights).allSatisfy {
      abs($0.area - $1 * unit) <= 1e-9 * frame.area
    }
    #expect(frames.count == weights.count && isClose)
  }

  @Test(arguments: cases)
  func `every frame lies inside, and none over another`(weights: [Double]) {
    let frames = Treemap.frames(of: weights, in: frame)
    let slack = 1e-6
    for (index, inner) in frames.enumerated() {
      #expect(inner.x >= frame.x - slack && inner.y >= frame.y - slack)
      #expect(inner.x + inner.width <= frame.x + frame.width + slack)
      #expect(inner.y + inner.height <= frame.y + frame.height + slack)
      for other in frames[(index + 1)...] {
        let width = min(inner.x + inner.width, other.x + other.width) - max(inner.x, other.x)
        let height = min(inner.y + inner.height, other.y + other.height) - max(inner.y, other.y)
        #expect(width <= slack || height <= slack)
      }
    }
  }

  @Test func `the example of the paper is laid out as there`() {
    // Bruls et al. 2000, figure 4: 6 and 6 make the first column, 4 and 3 the next row.
    let frames = Treemap.frames(
      of: [6, 6, 4, 3, 2, 2, 1], in: Frame(x: 0, y: 0, width: 6, height: 4))
    #expect(frames[0] == Frame(x: 0, y: 0, width: 3, height: 2))
    #expect(frames[1] == Frame(x: 0, y: 2, width: 3, height: 2))
    #expect(abs(frames[2].height - 7.0 / 3) < 1e-12 && abs(frames[3].height - 7.0 / 3) < 1e-12)
  }

  @Test func `weights that are not above 0 get no room`() {
    let frames = Treemap.frames(of: [2, 0, -1, 2], in: frame)
    #expect(frames.map { $0.area > 0 } == [true, false, false, true])
    #expect(Treemap.frames(of: [0, 0], in: frame).allSatisfy { $0.area == 0 })
    #expect(Treemap.frames(of: [], in: frame).isEmpty)
  }
}
