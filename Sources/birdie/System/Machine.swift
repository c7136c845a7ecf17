import Glibc

/// What this machine offers to a job.
enum Machine {
  /// The processors that are on line.
  static var processorCount: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

  /// The installed memory in bytes, or the control group's limit where that is lower.
  static var memoryByteCount: Int {
    let installed = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    let limit = firstLine(of: "/sys/fs/cgroup/memory.max").flatMap { Int($0) }
    return min(installed, limit ?? installed)
  }

  /// Where temporary files go.
  static var temporaryFolder: String {
    Environment.isEmpty("TMPDIR") ? "/tmp" : Environment.value("TMPDIR") ?? "/tmp"
  }

  /// The bytes that this user may still write in a folder's file system; nil if there is none.
  static func freeByteCount(in folder: String) -> Int? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    return Int(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(
        by: UInt64(status.f_frsize)
      ).partialValue)
  }

  private static func firstLine(of path: String) -> String? {
    guard let stream = fopen(path, "r") else { return nil }
    defer { fclose(stream) }
    return firstLine(from: stream)
  }

  private static func firstLine(from stream: UnsafeMutablePointer<FILE>) -> String? {
    var buffer = [CChar](repeating: 0, count: 512)
    guard fgets(&buffer, Int32(buffer.count), stream) != nil else { return nil }
    let bytes = buffer.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:))
    return String(decoding: bytes, as: UTF8.self)
  }
}
