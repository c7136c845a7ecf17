internal import CKernels
internal import TensorCore
internal import TensorOps

extension Tensor {
  /// The sums over the axes along which a tensor of `shape` repeats when it broadcasts to this
  /// one's: the gradient of an operand that was broadcast.
  func summed(to shape: Shape) -> Tensor {
    guard shape != self.shape else { return self }
    guard shape.elementCount != self.shape.elementCount else { return reshaped(shape.dimensions) }
    let plan = SummationPlan(self.shape, to: shape)
    let reader = FloatReader(self)
    return Tensor(.f32, shape) { target in
      target.update(repeating: 0, count: shape.elementCount)
      reader.read { plan.run($0, into: target) }
    }
  }
}

/// Neighbouring axes that are alike, as one: those that are summed over and those that are kept.
private struct SummationPlan {
  /// The extents of the outer axes, and how far each moves in the result: 0 where it is summed.
  private var extents: [Int] = []
  private var strides: [Int] = []
  /// The innermost axis.
  private let width: Int
  private let isSummed: Bool
  private let rowCount: Int

  init(_ whole: Shape, to shape: Shape) {
    let kept = [Int](repeating: 1, count: whole.rank - shape.rank) + shape.dimensions
    var axes: [(extent: Int, isSummed: Bool)] = []
    for (extent, own) in zip(whole.dimensions, kept) where extent != 1 {
      precondition(own == extent || own == 1, "\(shape) does not broadcast to \(whole)")
      if axes.last?.isSummed == (own != extent) {
        axes[axes.count - 1].extent *= extent
      } else {
        axes.append((extent, own != extent))
      }
    }
    let last = axes.popLast() ?? (1, false)
    (width, isSummed) = last
    var step = last.isSummed ? 1 : last.extent
    for axis in axes.reversed() {
      extents.insert(axis.extent, at: 0)
      strides.insert(axis.isSummed ? 0 : step, at: 0)
      if !axis.isSummed { step *= axis.extent }
    }
    rowCount = whole.elementCount / max(width, 1)
  }

  func run(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    let kernels = birdie_kernels().pointee
    var index = [Int](repeating: 0, count: extents.count)
    var place = 0
    for row in 0..<rowCount {
      let line = target + place
      if isSummed {
        line.pointee += kernels.sum_f32(source + row * width, width)
      } else {
        kernels.add_f32(line, line, source + row * width, width)
      }
      for axis in extents.indices.reversed() {
        index[axis] += 1
        place += strides[axis]
        if index[axis] < extents[axis] { break }
        place -= strides[axis] * extents[axis]
        index[axis] = 0
      }
    }
  }
}
