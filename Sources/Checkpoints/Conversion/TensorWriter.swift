internal import Archives
internal import Diagnostics
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
      try item.forEachChunk { chunk throws(Rejection) in
        try append(chunk)
        meter.advance(by: chunk.byteCount)
      }
    }
  }

  /// Progress is told, and a signal can be answered, once for each slice.
  private static var sliceByteCount: Int { 64 << 20 }
}

extension ConversionPlan.Item {
  /// The storage that holds exactly the output's bytes, where one does.
  var storedBytes: Storage? { content.dtype == dtype ? content.contiguousStorage : nil }

  /// Gives the output's bytes in order.
  func forEachChunk(_ body: (RawSpan) throws(Rejection) -> Void) throws(Rejection) {
    try locating(Place(tensor: name)) { () throws(Rejection) in
      guard let cast = FloatCast(from: content.dtype, to: dtype), content.dtype != dtype else {
        return try content.forEachChunk(body)
      }
      try content.forEachChunk { chunk throws(Rejection) in try cast.convert(chunk, body) }
    }
  }
}

/// Counts the bytes written and tells whoever listens.
struct ProgressMeter {
  private var done = 0
  private let total: Int
  private let listener: (ProgressEvent) -> Void

  init(total: Int, _ listener: @escaping (ProgressEvent) -> Void) {
    self.total = total
    self.listener = listener
  }

  mutating func advance(by byteCount: Int) {
    done += byteCount
    listener(ProgressEvent(byteCount: done, totalByteCount: total))
  }
}
