import Glibc

/// One number through the C library's `snprintf`, in the process's C locale.
func formatted(_ format: String, _ value: Double) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
    let length = withVaList([value]) { vsnprintf(buffer.baseAddress, buffer.count, format, $0) }
    let used = min(max(Int(length), 0), buffer.count - 1)
    return String(decoding: buffer[..<used].lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
