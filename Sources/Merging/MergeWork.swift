internal import Diagnostics
internal import TensorCore
internal import TensorOps

/// A task under way: goes over the elements of all inputs as often as a method needs, in parts that
/// several threads work on, and takes the result in order.
struct MergeWork<Real: MergeReal> {
  /// What is merged.
  let task: MergeTask
  /// The type of the result.
  let resultType: DType
  private let take: (RawSpan) throws(Rejection) -> Void

  /// Elements of a part; partial sums are formed over each, so it decides results.
  static var spanCount: Int { 1 << 18 }
  /// Elements that are in memory at once for each input and thread.
  static var blockCount: Int { 1 << 14 }

  init(
    _ task: MergeTask, _ resultType: DType,
    _ take: @escaping (RawSpan) throws(Rejection) -> Void
  ) {
    (self.task, self.resultType, self.take) = (task, resultType, take)
  }

  /// The same work on some of the inputs alone.
  func restricted(to positions: [Int]) -> MergeWork {
    MergeWork(task.restricted(to: positions), resultType, take)
  }

  /// The same work with other inputs, computed in another type.
  func with(_ inputs: [MergeTask.Input], dtype: DType) -> MergeWork {
    MergeWork(task.with(inputs, dtype: dtype), resultType, take)
  }

  /// How the elements are divided.
  var spans: MergeSpans {
    MergeSpans(
      count: task.shape.elementCount, length: Self.spanCount, block: Self.blockCount, unit: 1)
  }

  /// How rows are divided: blocks are whole ones. A tensor without axes is a row.
  var rows: MergeSpans { rows(of: max(task.shape.dimensions.last ?? 1, 1)) }

  /// How rows of a length are divided: blocks are whole ones.
  func rows(of length: Int) -> MergeSpans {
    MergeSpans(
      count: task.shape.elementCount, length: max(Self.spanCount / length, 1) * length,
      block: max(Self.blockCount / length, 1) * length, unit: length)
  }

  /// Forms a value over all blocks: one for each part, by `body` from what `prepare` gave for the
  /// part, and these are joined in order. Parts are prepared in order. Throws F04 where a file has
  /// become shorter.
  func reduce<Partial: Sendable>(
    _ spans: MergeSpans, perThread: Int = 4, scratch: Int = 0, prepare: (Int) -> Partial,
    _ body: @escaping @Sendable (inout Partial, MergeBlock<Real>) -> Void,
    join: (Partial) -> Void
  ) throws(Rejection) {
    for wave in spans.waves(perThread: perThread) {
      let zeros = wave.map(prepare)
      let parts = ParallelFor.map(wave.count) { [task] place -> Result<Partial, Rejection> in
        Result { () throws(Rejection) in
          var partial = zeros[place]
          try Self.forEachBlock(task, spans, wave.lowerBound + place, scratch) {
            _, load throws(Rejection) in
            body(&partial, try load(nil))
          }
          return partial
        }
      }
      for part in parts { join(try part.get()) }
    }
  }

  /// Gives the result: `body` fills the output of every block, with what `prepare` gave for its
  /// part; parts are prepared in order. Throws F04 where a file has become shorter, and what taking
  /// the result throws.
  func write<Extra: Sendable>(
    _ spans: MergeSpans, perThread: Int = 4, scratch: Int = 0, prepare: (Int) -> Extra,
    _ body: @escaping @Sendable (MergeBlock<Real>, inout Extra) -> Void
  ) throws(Rejection) {
    var earlier: ParallelMap<Result<MemoryBlock, Rejection>>?
    for wave in spans.waves(perThread: (perThread + 1) / 2) {
      let extras = wave.map(prepare)
      let ready = earlier.take()?.join() ?? []
      // While parts are taken, those of the next wave are computed.
      earlier = ParallelMap(wave.count) { [task, resultType] place in
        Result { () throws(Rejection) -> MemoryBlock in
          var extra = extras[place]
          return try Self.part(task, resultType, spans, wave.lowerBound + place, scratch) {
            body($0, &extra)
          }
        }
      }
      try take(ready)
    }
    try take(earlier.take()?.join() ?? [])
  }

  private func take(_ parts: [Result<MemoryBlock, Rejection>]) throws(Rejection) {
    for part in parts {
      let block = try part.get()
      try take(block.bytes)
    }
  }

  /// Gives the result: `body` fills the output of every block.
  func write(
    _ spans: MergeSpans, scratch: Int = 0,
    _ body: @escaping @Sendable (MergeBlock<Real>) -> Void
  ) throws(Rejection) {
    try write(spans, scratch: scratch, prepare: { _ in }) { block, _ in body(block) }
  }

  private static func part(
    _ task: MergeTask, _ type: DType, _ spans: MergeSpans, _ span: Int, _ scratch: Int,
    _ body: (MergeBlock<Real>) -> Void
  ) throws(Rejection) -> MemoryBlock {
    let width = type.byteWidth ?? 1
    let first = spans[span].lowerBound
    var failure: Rejection?
    let bytes = MemoryBlock(byteCount: spans[span].count * width) { target in
      do throws(Rejection) {
        try forEachBlock(task, spans, span, scratch) { range, load throws(Rejection) in
          let start = (range.lowerBound - first) * width
          let place = UnsafeMutableRawBufferPointer(
            rebasing: target[start..<(start + range.count * width)])
          guard type != Real.dtype else {
            return body(try load(place.bindMemory(to: Real.self).baseAddress))
          }
          let block = try load(nil)
          body(block)
          guard let base = place.baseAddress else { return }
          Real.store(block.output, block.count, as: type, to: base)
        }
      } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Gives ranges of at most so many elements. Throws F04 where a file has become shorter.
  func forEachBlock(
    _ ranges: [Range<Int>], capacity: Int, scratch: Int, _ body: (MergeBlock<Real>) -> Void
  ) throws(Rejection) {
    try MergeBuffers<Real>.with(
      capacity, inputCount: task.inputs.count, scratchCount: scratch
    ) { buffers throws(Rejection) in
      for range in ranges { body(try buffers.load(task, range, span: 0)) }
    }
  }

  /// Goes over the blocks of a part: `body` loads each, with a place for its result or without.
  private static func forEachBlock(
    _ task: MergeTask, _ spans: MergeSpans, _ span: Int, _ scratch: Int,
    _ body: (
      _ range: Range<Int>,
      _ load: (UnsafeMutablePointer<Real>?) throws(Rejection) -> MergeBlock<Real>
    ) throws(Rejection) -> Void
  ) throws(Rejection) {
    let part = spans[span]
    try MergeBuffers<Real>.with(
      min(spans.block, part.count), inputCount: task.inputs.count, scratchCount: scratch
    ) { buffers throws(Rejection) in
      for start in stride(from: part.lowerBound, to: part.upperBound, by: spans.block) {
        let range = start..<min(start + spans.block, part.upperBound)
        try body(range) { output throws(Rejection) in
          try buffers.load(task, range, span: span, output: output)
        }
      }
    }
  }
}

/// The parts of a tensor that threads work on.
struct MergeSpans: Sendable {
  /// The elements of the tensor.
  let count: Int
  /// The elements of a part, but for the last.
  let length: Int
  /// The elements of a block.
  let block: Int
  /// The elements that stay together.
  let unit: Int

  /// How many parts there are.
  var total: Int { (count + length - 1) / length }

  /// The elements of a part.
  subscript(index: Int) -> Range<Int> { (index * length)..<min((index + 1) * length, count) }

  /// Parts that are under way together, so many for each thread: enough that none waits long, few
  /// enough for memory.
  func waves(perThread: Int) -> [Range<Int>] {
    let width = perThread * MachineBudget.threadCount
    return stride(from: 0, to: total, by: width).map { $0..<min($0 + width, total) }
  }
}
