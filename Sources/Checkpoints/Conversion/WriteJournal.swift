internal import Diagnostics
internal import Files
internal import TensorCore

/// The digests of the tensors that a safetensors file has so far, in a hidden file beside it: who
/// writes it again after a kill goes on behind those that are whole.
struct WriteJournal {
  private let layout: SafetensorsLayout
  private let fingerprint: String
  private let path: String

  /// The journal of a file; `key` tells this output from others of the same layout.
  init(of path: String, _ layout: SafetensorsLayout, key: String) {
    self.layout = layout
    self.path = OutputTarget.hiddenSibling(of: path, ending: "journal")
    var digest = BLAKE3Digest()
    // Bytes have no padding that a raw view could show.
    unsafe digest.update(Array(key.utf8).span.bytes)
    unsafe digest.update(layout.headerBytes.span.bytes)
    fingerprint = digest.hexadecimal()
  }

  /// Forgets it; the output is whole.
  func remove() { JournalFile.remove(path) }

  /// Whether a file has every tensor that was noted, and there is none missing.
  func isWhole(_ file: String) -> Bool {
    guard let mapping = try? FileMapping(path: file), mapping.byteCount == layout.totalBytes,
      let journal = try? JournalFile(path: path), journal.lines.first == fingerprint,
      journal.lines.count == layout.entries.count + 1
    else { return false }
    let count = try? wholeCount(journal) { (buffer, count, offset) throws(Rejection) in
      try mapping.read(into: &buffer, count: count, at: offset)
    }
    return count == layout.entries.count
  }

  /// Writes header and tensors behind what an earlier run left of the same.
  func write(
    _ items: [ConversionPlan.Item], to file: inout OutputFile, _ meter: inout ProgressMeter
  ) throws(Rejection) {
    var journal = try JournalFile(path: path)
    var done = 0
    if journal.lines.first == fingerprint {
      let earlier = file.earlierByteCount
      done = try wholeCount(journal) { (buffer, count, offset) throws(Rejection) in
        guard offset + count <= earlier else { throw Self.short }
        try file.read(into: &buffer, count: count, at: offset)
      }
    }
    let digests = Array(journal.lines.dropFirst().prefix(done))
    try journal.restart(with: fingerprint)
    for digest in digests { try journal.append(digest) }
    try file.keep(
      done == 0 ? 0 : layout.headerBytes.count + layout.entries[done - 1].range.upperBound)
    if done == 0 { try file.append(layout.headerBytes) }
    for entry in layout.entries.prefix(done) { meter.advance(by: entry.range.count) }
    for entry in layout.entries.dropFirst(done) {
      var digest = BLAKE3Digest()
      try items[entry.index].forEachChunk(&meter) { chunk throws(Rejection) in
        digest.update(chunk)
        try file.append(chunk)
      }
      try journal.append(digest.hexadecimal())
    }
  }

  private static let short = Rejection(FileRules.changedInput, "there is less")

  /// How many tensors, from the first on, are as they were noted.
  private func wholeCount(
    _ journal: borrowing JournalFile,
    _ read: (inout [UInt8], Int, Int) throws(Rejection) -> Void
  ) throws(Rejection) -> Int {
    var buffer = [UInt8](repeating: 0, count: Self.readByteCount)
    var whole = 0
    for (entry, expected) in zip(layout.entries, journal.lines.dropFirst()) {
      var digest = BLAKE3Digest()
      do throws(Rejection) {
        for start in stride(from: 0, to: entry.range.count, by: Self.readByteCount) {
          let count = min(Self.readByteCount, entry.range.count - start)
          try read(&buffer, count, layout.headerBytes.count + entry.range.lowerBound + start)
          unsafe digest.update(buffer.span.bytes.extracting(0..<count))
        }
      } catch { return whole }
      guard digest.hexadecimal() == expected else { return whole }
      whole += 1
    }
    return whole
  }

  private static let readByteCount = 1 << 20
}
