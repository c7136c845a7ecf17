internal import CKernels
public import TensorCore

extension CPUBackend {
  /// `operation` of the elements of both, which broadcast as in NumPy.
  public func binary(_ operation: BinaryOperation, _ x: Tensor, _ y: Tensor) -> Tensor {
    let plan = Broadcast(x.shape, y.shape)
    let (first, second) = (FloatReader(x), FloatReader(y))
    let dtype = x.dtype.combined(with: y.dtype)
    return Tensor(dtype, plan.shape) { target in
      first.read { a in
        second.read { b in combine(operation, plan, a, b, into: target) }
      }
    }
  }

  private func combine(
    _ operation: BinaryOperation, _ plan: Broadcast, _ a: UnsafePointer<Float>,
    _ b: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>
  ) {
    var spread = [Float](repeating: 0, count: plan.width)
    let width = plan.width
    plan.forEachRow { row, x, y in
      let output = target + row * width
      if plan.repeatsFirst || plan.repeatsSecond {
        let one = plan.repeatsFirst ? a[x] : b[y]
        spread.withUnsafeMutableBufferPointer { $0.update(repeating: one) }
      }
      spread.withUnsafeBufferPointer { spread in
        guard let same = spread.baseAddress else { return }
        kernels.binary_f32(
          operation.kernel, output, plan.repeatsFirst ? same : a + x,
          plan.repeatsSecond ? same : b + y, width)
      }
    }
  }
}

/// How two shapes become one: missing axes and axes of extent 1 repeat.
struct Broadcast {
  /// The shape of the result.
  let shape: Shape
  /// How many elements of the result lie together, with one stride of 0 or 1 in each operand.
  let width: Int
  /// Whether the operand repeats one element along a row.
  let repeatsFirst: Bool
  let repeatsSecond: Bool
  private let extents: [Int]
  private let firstStrides: [Int]
  private let secondStrides: [Int]

  init(_ first: Shape, _ second: Shape) {
    let rank = max(first.rank, second.rank)
    let a = Self.padded(first, rank)
    let b = Self.padded(second, rank)
    let extents = zip(a, b).map { x, y in
      precondition(x == y || x == 1 || y == 1, "\(a) and \(b) do not broadcast")
      return x == 1 ? y : x
    }
    guard let shape = Shape(extents) else { preconditionFailure("\(extents) is too large") }
    self.shape = shape
    // Trailing axes that neither operand repeats form one long row.
    var split = rank
    var width = 1
    while split > 0, a[split - 1] == b[split - 1] {
      split -= 1
      width *= extents[split]
    }
    let isLong = width > 1 || split == 0
    if !isLong { (split, width) = (rank - 1, extents[rank - 1]) }
    self.width = width
    repeatsFirst = !isLong && a[split] == 1 && width > 1
    repeatsSecond = !isLong && b[split] == 1 && width > 1
    self.extents = Array(extents[..<split])
    firstStrides = Array(Self.strides(a, extents)[..<split])
    secondStrides = Array(Self.strides(b, extents)[..<split])
  }

  private static func padded(_ shape: Shape, _ rank: Int) -> [Int] {
    [Int](repeating: 1, count: rank - shape.rank) + shape.dimensions
  }

  private static func strides(_ own: [Int], _ extents: [Int]) -> [Int] {
    var strides = [Int](repeating: 0, count: own.count)
    var step = 1
    for axis in own.indices.reversed() {
      strides[axis] = own[axis] == 1 ? 0 : step
      step *= own[axis]
    }
    return strides
  }

  /// Gives every row's number and where it begins in both operands.
  func forEachRow(_ body: (_ row: Int, _ first: Int, _ second: Int) -> Void) {
    guard shape.elementCount > 0 else { return }
    var index = [Int](repeating: 0, count: extents.count)
    var (first, second) = (0, 0)
    for row in 0..<(shape.elementCount / width) {
      body(row, first, second)
      for axis in extents.indices.reversed() {
        index[axis] += 1
        first += firstStrides[axis]
        second += secondStrides[axis]
        if index[axis] < extents[axis] { break }
        first -= firstStrides[axis] * extents[axis]
        second -= secondStrides[axis] * extents[axis]
        index[axis] = 0
      }
    }
  }
}

extension BinaryOperation {
  /// The kernel's name for it.
  fileprivate var kernel: birdie_binary {
    switch self {
    case .add: BIRDIE_ADD
    case .subtract: BIRDIE_SUBTRACT
    case .multiply: BIRDIE_MULTIPLY
    case .divide: BIRDIE_DIVIDE
    }
  }
}
