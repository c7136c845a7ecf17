internal import Diagnostics
internal import TensorCore

/// Some neighbouring elements of every input, and room for those of the result: few enough to stay
/// in the processor's cache.
struct MergeBlock<Real: MergeReal> {
  /// Which elements they are.
  let range: Range<Int>
  /// The part of the tensor that one thread works on, of which they are some.
  let span: Int
  /// The elements of the inputs, in their order.
  let inputs: [UnsafeMutablePointer<Real>]
  /// Where the result goes.
  let output: UnsafeMutablePointer<Real>
  /// Room for numbers on the way.
  let scratch: [UnsafeMutablePointer<Real>]
  /// The type that every step is rounded to.
  let dtype: DType

  /// How many there are.
  var count: Int { range.count }

  /// target = a op b, rounded.
  func combine(
    _ operation: MergeOperation, _ a: UnsafePointer<Real>, _ b: UnsafePointer<Real>,
    into target: UnsafeMutablePointer<Real>
  ) {
    Real.combine(operation, a, b, into: target, count)
    Real.round(target, count, to: dtype)
  }

  /// target = factor · a, rounded.
  func scale(
    _ a: UnsafePointer<Real>, by factor: Real, into target: UnsafeMutablePointer<Real>
  ) {
    Real.scale(a, by: factor, into: target, count)
    Real.round(target, count, to: dtype)
  }

  /// Rounds what was computed exactly.
  func round(_ numbers: UnsafeMutablePointer<Real>) { Real.round(numbers, count, to: dtype) }
}

/// The memory of a block, used again for the next one.
struct MergeBuffers<Real: MergeReal> {
  private let numbers: UnsafeMutablePointer<Real>
  private let bytes: UnsafeMutableRawBufferPointer
  private let capacity: Int
  private let inputCount: Int
  private let scratchCount: Int

  /// Calls `body` with memory for blocks of at most `capacity` elements.
  static func with(
    _ capacity: Int, inputCount: Int, scratchCount: Int,
    _ body: (MergeBuffers) throws(Rejection) -> Void
  ) throws(Rejection) {
    let count = capacity * (inputCount + scratchCount + 1)
    // The widest type of an input.
    let (wide, stored) = (count * MemoryLayout<Real>.stride, capacity * 8)
    try WorkingMemory.with(byteCount: wide + stored) { memory throws(Rejection) in
      let numbers = UnsafeMutableRawBufferPointer(rebasing: memory[..<wide])
      guard let start = numbers.bindMemory(to: Real.self).baseAddress else { return }
      try body(
        MergeBuffers(
          numbers: start, bytes: UnsafeMutableRawBufferPointer(rebasing: memory[wide...]),
          capacity: capacity, inputCount: inputCount, scratchCount: scratchCount))
    }
  }

  /// The elements in a range of all inputs of a task, with a place for the result, or room of its
  /// own. Throws F04 where a file has become shorter.
  func load(
    _ task: MergeTask, _ range: Range<Int>, span: Int, output: UnsafeMutablePointer<Real>? = nil
  ) throws(Rejection) -> MergeBlock<Real> {
    var inputs: [UnsafeMutablePointer<Real>] = []
    for (place, input) in task.inputs.enumerated() {
      let target = numbers + place * capacity
      try Real.read(input.elements, range, into: target, as: task.dtype, by: bytes)
      inputs.append(target)
    }
    let room = numbers + inputCount * capacity
    return MergeBlock(
      range: range, span: span, inputs: inputs, output: output ?? room,
      scratch: (0..<scratchCount).map { room + ($0 + 1) * capacity }, dtype: task.dtype)
  }
}
