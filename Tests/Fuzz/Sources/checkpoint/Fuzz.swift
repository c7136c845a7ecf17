import Checkpoints
import Glibc

/// Opens the bytes as a checkpoint of any format, the compressed artifacts of the challenge
/// included, and decodes its tensors.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let checkpoint = try? Checkpoint.open(input(start, count)) else { return 0 }
  for tensor in checkpoint.tensors {
    // Views may repeat a few bytes many times; that is judged by the rules, not by patience.
    guard tensor.shape.elementCount <= 1 << 20 else { continue }
    _ = try? tensor.content.sha256()
  }
  return 0
}

/// A file with the input; each run gets a new one, for a mapping of the last may be alive.
private func input(_ start: UnsafePointer<UInt8>?, _ count: Int) -> String {
  let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  let path = "\(folder)/birdie-fuzz-\(getpid())"
  unlink(path)
  let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
  precondition(descriptor >= 0 && write(descriptor, start, count) == count, "no room in \(folder)")
  close(descriptor)
  return path
}
