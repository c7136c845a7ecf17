import TestSupport

/// Little-endian integers read one after the other from a fixture.
struct GoldenBytes {
  private var rest: ArraySlice<UInt8>

  init(_ name: String) throws {
    rest = try Fixtures.bytes("kernels/" + name)[...]
  }

  var count: Int { rest.count }

  mutating func next<Value: FixedWidthInteger>(_ count: Int, _: Value.Type) -> [Value] {
    let size = Value.bitWidth / 8
    let bytes = rest.prefix(count * size)
    rest = rest.dropFirst(count * size)
    return bytes.withUnsafeBytes { raw in
      (0..<count).map { raw.loadUnaligned(fromByteOffset: $0 * size, as: Value.self) }
    }
  }
}
