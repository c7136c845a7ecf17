public import Diagnostics
internal import Glibc

/// A file mapped into memory for reading, open for as long as anything refers to it.
///
/// Opening costs no reading: pages come in when they are touched.
///
/// Unchecked because of the pointer: the mapping is read-only, and nothing changes after `init`.
@safe
public final class FileMapping: @unchecked Sendable {
  private let base: UnsafeRawBufferPointer
  private let stamp: FileStamp
  /// The path it was opened under.
  public let path: String
  /// The descriptor, for copies that the kernel makes from file to file.
  public let descriptor: Int32

  /// The length of the file in bytes when it was opened.
  public var byteCount: Int { base.count }

  /// Maps the regular file at `path`; throws F01 when there is none.
  ///
  /// With `followsLinks` false a symbolic link is refused: the name came from inside a file.
  public convenience init(path: String, followsLinks: Bool = true) throws(Rejection) {
    // A pipe would make a blocking open wait for a writer; regular files ignore the flag.
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW)
    let descriptor = open(path, flags)
    guard descriptor >= 0 else {
      throw Rejection(
        FileRules.missingInput, "cannot open: \(systemError())", at: Place(file: path))
    }
    try self.init(owning: descriptor, path: path)
  }

  /// Takes over `descriptor` and closes it, also when mapping fails.
  private init(owning descriptor: Int32, path: String) throws(Rejection) {
    do throws(Rejection) {
      (base, stamp) = try unsafe Self.map(descriptor, path)
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  /// Maps a file below `folder` whose path came from inside a file; throws `rule` where a
  /// component is a symbolic link, which could lead anywhere.
  package convenience init(
    below folder: String, components: [String], orRefuse rule: Rule
  ) throws(Rejection) {
    let path = ([folder] + components).joined(separator: "/")
    try self.init(owning: Self.openBelow(folder, components, path, rule), path: path)
  }

  private static func openBelow(
    _ folder: String, _ components: [String], _ path: String, _ rule: Rule
  ) throws(Rejection) -> Int32 {
    var descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    for (index, component) in components.enumerated() where descriptor >= 0 {
      let isLast = index == components.count - 1
      let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | (isLast ? O_NONBLOCK : O_DIRECTORY)
      let next = openat(descriptor, component, flags)
      let failure = errno
      close(descriptor)
      if next < 0, failure == ELOOP || failure == ENOTDIR {
        throw Rejection(rule, "\(component.debugDescription) is a link", at: Place(file: path))
      }
      errno = failure
      descriptor = next
    }
    guard descriptor >= 0 else {
      throw Rejection(
        FileRules.missingInput, "cannot open: \(systemError())", at: Place(file: path))
    }
    return descriptor
  }

  /// Takes over `descriptor`, a scratch file of `byteCount` bytes that no path names.
  package init(scratch descriptor: Int32) throws(Rejection) {
    (base, stamp) = try unsafe Self.map(descriptor, "scratch")
    path = ""
    self.descriptor = descriptor
  }

  private static func map(
    _ descriptor: Int32, _ path: String
  ) throws(Rejection) -> (UnsafeRawBufferPointer, FileStamp) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw Rejection(FileRules.inputOutput, systemError(), at: Place(file: path))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Rejection(
        FileRules.missingInput, "not a regular file", at: Place(file: path))
    }
    let size = Int(status.st_size)
    let stamp = FileStamp(status)
    guard size > 0 else { return unsafe (UnsafeRawBufferPointer(start: nil, count: 0), stamp) }
    guard let start = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0),
      unsafe start != MAP_FAILED
    else {
      throw Rejection(
        FileRules.inputOutput, "cannot map: \(systemError())", at: Place(file: path))
    }
    return unsafe (UnsafeRawBufferPointer(start: start, count: size), stamp)
  }

  /// Reads `count` bytes at `offset` into the front of `buffer`; throws F04 if the file ends before
  /// them.
  package func read(into buffer: inout [UInt8], count: Int, at offset: Int) throws(Rejection) {
    precondition(count <= buffer.count, "the buffer holds what is read")
    let result = buffer.withUnsafeMutableBytes { target in
      let part = unsafe UnsafeMutableRawBufferPointer(rebasing: target[..<count])
      return Result { () throws(Rejection) in unsafe try read(into: part, at: offset) }
    }
    try result.get()
  }

  /// Reads bytes at `offset` until `target` is full; throws F04 if the file ends before.
  package func read(
    into target: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(Rejection) {
    if let failure = unsafe readAll(target, from: descriptor, at: offset, path) { throw failure }
  }

  /// Throws F04 if the file was written to or cut since it was opened.
  package func requireUnchanged() throws(Rejection) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, FileStamp(status) == stamp else {
      throw Rejection(
        FileRules.changedInput, "its size or time of modification differs",
        at: Place(file: path))
    }
  }

  deinit {
    if let start = unsafe base.baseAddress {
      unsafe munmap(UnsafeMutableRawPointer(mutating: start), base.count)
    }
    close(descriptor)
  }

  /// The content.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // The mapping lives as long as this object.
      let span = unsafe RawSpan(_unsafeBytes: base)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Tells the kernel that a range will not be read again soon, so that its pages leave this
  /// process: what was streamed once does not count as memory in use.
  public func forget(_ range: Range<Int>) {
    let page = 4096
    let lower = range.lowerBound / page * page
    guard let start = unsafe base.baseAddress, range.upperBound <= base.count else { return }
    let address = unsafe UnsafeMutableRawPointer(mutating: start + lower)
    unsafe madvise(address, range.upperBound - lower, MADV_DONTNEED)
  }
}

/// Fills `target` with the bytes of an open file at `offset`; gives what went wrong.
func readAll(
  _ target: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int, _ path: String
) -> Rejection? {
  var done = 0
  while done < target.count {
    let result = unsafe pread(
      descriptor, target.baseAddress.map { unsafe $0 + done }, target.count - done,
      off_t(offset + done))
    if result < 0, errno == EINTR { continue }
    guard result >= 0 else {
      return Rejection(
        FileRules.inputOutput, "cannot read: \(systemError())",
        at: Place(file: path, offset: offset + done))
    }
    guard result > 0 else {
      return Rejection(
        FileRules.changedInput, "it ends at byte \(offset + done) now", at: Place(file: path))
    }
    done += result
  }
  return nil
}

/// What tells that a file was changed: its length and when it was last written.
private struct FileStamp: Equatable {
  let size: Int
  let seconds: Int
  let nanoseconds: Int

  init(_ status: stat) {
    size = Int(status.st_size)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}

/// The text of the last failed system call.
package func systemError(_ code: Int32 = errno) -> String { unsafe String(cString: strerror(code)) }
