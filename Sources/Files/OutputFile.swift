internal import CLinux
public import Diagnostics
internal import Glibc

/// A file that appears under its name only when it is whole.
///
/// Bytes go to a hidden sibling, `.NAME.partial`, which is synced and renamed by `commit`. A run
/// that is killed leaves that sibling and nothing under the final name; the next run takes it over
/// and says so. Without `commit` the sibling is removed.
public struct OutputFile: ~Copyable {
  /// The bytes written so far.
  public private(set) var byteCount = 0
  /// The bytes that an earlier run left, where they were asked for.
  package let earlierByteCount: Int
  private var partial: PartialOutput
  private var startedByteCount = 0
  /// The name the file gets in the end.
  public var path: String { partial.target.path }
  /// Whether an earlier run was interrupted while writing this file.
  public var followsInterruption: Bool { partial.followsInterruption }
  private var descriptor: Int32 { partial.descriptor }

  /// Starts a file; throws F02 if the name is taken and `overwrite` is false or another process is
  /// writing the same file, F06 if it cannot be created.
  public init(path: String, overwrite: Bool) throws(Rejection) {
    try self.init(OutputTarget(.file, path: path, overwrites: overwrite))
  }

  /// Starts the file that `target` names; throws F02 and F06.
  public init(_ target: OutputTarget) throws(Rejection) {
    try self.init(target, keepsEarlier: false)
  }

  /// Starts the file that `target` names, with what an earlier run left of it if that is wanted:
  /// `keep` has to follow. Throws F02 and F06.
  package init(_ target: OutputTarget, keepsEarlier: Bool) throws(Rejection) {
    precondition(target.kind == .file, "a folder is no file")
    partial = try PartialOutput(target, keepsEarlier: keepsEarlier)
    var status = stat()
    earlierByteCount = fstat(partial.descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Goes on behind so many bytes of an earlier run. Throws F03.
  package mutating func keep(_ count: Int) throws(Rejection) {
    precondition(count <= earlierByteCount, "only what is there can be kept")
    guard ftruncate(descriptor, off_t(count)) == 0 else { throw partial.target.cannotFinish() }
    byteCount = count
    startedByteCount = count
  }

  /// Reads bytes back into the front of `buffer`. Throws F03 and F04.
  package func read(into buffer: inout [UInt8], count: Int, at offset: Int) throws(Rejection) {
    precondition(count <= buffer.count, "the buffer holds what is read")
    let failure = buffer.withUnsafeMutableBytes { target in
      readAll(
        UnsafeMutableRawBufferPointer(rebasing: target[..<count]), from: descriptor, at: offset,
        path)
    }
    if let failure { throw failure }
  }

  /// Writes `bytes` at the end.
  public mutating func append(_ bytes: RawSpan) throws(Rejection) {
    try locating(Place(file: path)) { () throws(Rejection) in
      try writeAll(bytes, to: descriptor, at: byteCount)
    }
    byteCount += bytes.byteCount
    startWriting()
  }

  /// Lets the disk begin with what was appended, so that little is left to wait for in the end.
  private mutating func startWriting() {
    guard byteCount - startedByteCount >= Self.startedAtOnce else { return }
    clinux_start_writing(descriptor, Int64(startedByteCount), Int64(byteCount - startedByteCount))
    startedByteCount = byteCount
  }

  /// Enough for a disk to be busy with.
  private static let startedAtOnce = 8 << 20

  /// Writes `bytes` at the end.
  public mutating func append(_ bytes: [UInt8]) throws(Rejection) {
    // Bytes have no padding that a raw view could show.
    try append(bytes.span.bytes)
  }

  /// Writes over `bytes.count` bytes that were written before.
  public mutating func rewrite(_ bytes: [UInt8], at offset: Int) throws(Rejection) {
    precondition(offset + bytes.count <= byteCount, "only what was written can be rewritten")
    try writeAll(bytes.span.bytes, to: descriptor, at: offset)
  }

  /// The bytes that the kernel agreed to copy; the rest has to be written by hand, as between
  /// file systems that cannot copy for each other.
  package mutating func copy(
    from file: FileMapping, at start: Int, count: Int
  ) throws(Rejection) -> Int {
    var done = 0
    while done < count {
      let result = clinux_copy_file_range(
        file.descriptor, Int64(start + done), descriptor, Int64(byteCount), count - done)
      if result == -Int64(EINTR) { continue }
      if result == -Int64(ENOSPC) || result == -Int64(EIO) || result == -Int64(EDQUOT) {
        throw Rejection(
          FileRules.inputOutput, "cannot write: \(systemError(Int32(-result)))",
          at: Place(file: path))
      }
      guard result > 0 else { return done }
      done += Int(result)
      byteCount += Int(result)
      startWriting()
    }
    return done
  }

  /// Waits until the disk has the bytes.
  public func sync() throws(Rejection) {
    guard fsync(descriptor) == 0 else { throw partial.target.cannotFinish() }
  }

  /// Syncs the bytes and gives the file its name; throws F02 if another file got it meanwhile and
  /// is not to be replaced.
  public consuming func commit() throws(Rejection) {
    try sync()
    try partial.takeName()
  }
}
