import ByteCodecs
import Diagnostics

/// Takes every known layer off the bytes, then one, and splits a per-group container.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count).bytes
  var limits = DecodeLimits()
  // Small enough for many runs a second; the ratio still catches what grows without bound.
  limits.maximumOutput = 16 << 20
  limits.unquestionedOutput = 1 << 20
  limits.windowLimit = 16 << 20
  limits.memoryLimit = 64 << 20
  if let step = try? Unwrapping.nextStep(bytes, depth: 0) {
    try? Unwrapping.apply(step, bytes, limits: limits) { _ in }
  }
  for codec in ByteCodecs.all { try? codec.decode(bytes, limits: limits) { _ in } }
  _ = try? PerGroupContainer.parse(bytes)
  return 0
}
