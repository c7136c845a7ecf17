internal import Archives
internal import Diagnostics
internal import Files
internal import TensorCore

extension OutputFile {
  /// Writes the elements of `item`: by the kernel where they lie in a file in the right form, else
  /// through memory a chunk at a time.
  mutating func append(
    _ item: ConversionPlan.Item, _ meter: inout ProgressMeter
  ) throws(Rejection) {
    if let storage = item.storedBytes {
      for start in stride(from: 0, to: storage.byteCount, by: Self.sliceByteCount) {
        let end = min(start + Self.sliceByteCount, storage.byteCount)
        guard let slice = storage.slice(start..<end) else { continue }
        try append(slice)
        meter.advance(by: end - start)
      }
    } else {
      try item.forEachChunk(&meter) { chunk throws(Rejection) in try append(chunk) }
    }
  }

  /// Progress is told, and a signal can be answered, once for each slice.
  private static var sliceByteCount: Int { 64 << 20 }
}

extension ConversionPlan.Item {
  /// The storage that holds exactly the output's bytes, where one does.
  var storedBytes: Storage? { content.dtype == dtype ? content.contiguousStorage : nil }

  /// Gives the output's bytes in order, and the meter how many and what was lost.
  func forEachChunk(
    _ meter: inout ProgressMeter, _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    var overflows = 0
    func write(_ chunk: RawSpan) throws(Rejection) {
      try body(chunk)
      meter.advance(by: chunk.byteCount)
    }
    try locating(Place(tensor: name)) { () throws(Rejection) in
      guard let cast = FloatCast(from: content.dtype, to: dtype), content.dtype != dtype else {
        return try content.forEachChunk(write)
      }
      try content.forEachChunk { chunk throws(Rejection) in
        try cast.convert(chunk, overflows: &overflows, write)
      }
    }
    if overflows > 0 { meter.noteOverflows(overflows, of: self) }
  }
}

/// Counts the bytes written and what was lost on the way, and tells whoever listens.
struct ProgressMeter {
  /// What became of the numbers.
  private(set) var warnings: [Audit.Warning] = []
  private var pending: [Audit.Warning] = []
  private var done = 0
  private let total: Int
  private let listener: (ProgressEvent) -> Void

  init(total: Int, _ listener: @escaping (ProgressEvent) -> Void) {
    self.total = total
    self.listener = listener
  }

  /// Tells that the output is locked and its files are this process's own.
  func begin() { tell(.writing) }

  /// Tells that everything is on the disk and names are about to be given.
  func finish() { tell(.naming) }

  /// A meter for one of several passes over a tensor, which tells nobody.
  func silent() -> ProgressMeter { ProgressMeter(total: total) { _ in } }

  /// Takes what the passes over one tensor noted, each in place of the one before.
  mutating func replaceWarnings(of pass: ProgressMeter) { pending = pass.warnings }

  /// Keeps what the last pass over a tensor noted.
  mutating func keepWarnings() {
    warnings += pending
    pending = []
  }

  mutating func noteOverflows(_ count: Int, of item: ConversionPlan.Item) {
    warnings.append(
      Audit.Warning(
        rule: FileRules.overflow,
        message: "\(count) finite numbers are infinite in \(item.dtype.rawValue)",
        place: Place(tensor: item.name)))
  }

  private func tell(_ stage: ProgressEvent.Stage) {
    listener(ProgressEvent(stage: stage, byteCount: done, totalByteCount: total))
  }

  mutating func advance(by byteCount: Int) {
    done += byteCount
    tell(.writing)
  }
}
