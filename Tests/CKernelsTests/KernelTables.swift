import CKernels
import TestSupport

/// The instruction sets that this CPU runs, "portable" first.
let instructionSets: [String] = ["portable", "avx2", "avx512"].filter {
  birdie_kernels_for($0) != nil
}

/// The instruction sets that must give what "portable" gives.
let fasterInstructionSets = Array(instructionSets.dropFirst())

var portable: birdie_kernel_table { kernels("portable") }

/// The table of an instruction set in `instructionSets`.
func kernels(_ isa: String) -> birdie_kernel_table {
  birdie_kernels_for(isa).pointee
}

/// Every length at which a vector loop of up to 64 elements can go wrong.
let lengths = 0...67

typealias Widen = @convention(c) (UnsafeMutablePointer<Float>?, UnsafeRawPointer?, Int) -> Void
typealias Widen8 =
  @convention(c) (
    UnsafeMutablePointer<Float>?, UnsafePointer<UInt8>?, Int
  ) -> Void
typealias Narrow = @convention(c) (UnsafeMutablePointer<UInt16>?, UnsafeRawPointer?, Int) -> Void

/// Calls `body` with the values' bytes at an odd address.
func withUnaligned<Value, Result>(
  _ values: [Value], _ body: (UnsafeRawPointer) throws -> Result
) rethrows -> Result {
  let bytes = values.withUnsafeBytes { Array($0) }
  let room = UnsafeMutableRawPointer.allocate(byteCount: bytes.count + 1, alignment: 64)
  defer { room.deallocate() }
  (room + 1).copyMemory(from: bytes, byteCount: bytes.count)
  return try body(UnsafeRawPointer(room + 1))
}

/// The float32 bits that a kernel writes, over a fill that shows what it left out.
func float32Bits(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) -> [UInt32] {
  let room = UnsafeMutablePointer<Float>.allocate(capacity: count + 1)
  defer { room.deallocate() }
  room.initialize(repeating: Float(bitPattern: 0xDEAD_BEEF), count: count + 1)
  body(room)
  return UnsafeMutableRawBufferPointer(start: room, count: 4 * (count + 1))
    .bindMemory(to: UInt32.self).map { $0 }
}

func widened<Value>(_ values: [Value], _ widen: Widen) -> [UInt32] {
  withUnaligned(values) { from in
    float32Bits(values.count) { widen($0, from, values.count) }
  }
}

func widened(_ codes: [UInt8], _ widen: Widen8) -> [UInt32] {
  withUnaligned(codes) { from in
    float32Bits(codes.count) {
      widen($0, from.assumingMemoryBound(to: UInt8.self), codes.count)
    }
  }
}

func narrowed(_ bits: [UInt32], _ narrow: Narrow) -> [UInt16] {
  var result = [UInt16](repeating: 0xDEAD, count: bits.count + 1)
  withUnaligned(bits) { narrow(&result, $0, bits.count) }
  return result
}

/// Random bits of `count` values of any fixed-width type.
func randomBits<Value: FixedWidthInteger>(_ count: Int) -> [Value] {
  var random = SplitMix()
  return (0..<count).map { _ in Value(truncatingIfNeeded: random.next()) }
}

/// float32 bits that mix random ones with zeros, infinities, NaNs and subnormals of both signs.
func mixedFloat32Bits(_ count: Int) -> [UInt32] {
  let special: [UInt32] = [
    0, 0x8000_0000, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0xFFC1_2345, 0x7F80_0001, 1,
    0x8000_0001, 0x007F_FFFF, 0x0080_0000, 0x7F7F_FFFF, 0x3F80_0000,
  ]
  let random: [UInt32] = randomBits(count)
  return random.enumerated().map { index, bits in
    bits % 3 == 0 ? special[index % special.count] : bits
  }
}

/// Bits in which every NaN is the same one, where a kernel leaves the payload open.
func withoutPayloads(_ bits: [UInt32]) -> [UInt32] {
  bits.map { $0 & 0x7FFF_FFFF > 0x7F80_0000 ? 0x7FC0_0000 : $0 }
}
