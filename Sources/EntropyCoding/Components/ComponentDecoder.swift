public import Diagnostics
public import TensorCore

extension CodedComponent {
  /// Gives the bytes in order, a chunk of elements at a time, from the chunks that `storage` holds.
  ///
  /// Throws B06 or B08 where the chunks are damaged.
  public func forEachChunk(
    of storage: Storage, _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    switch coding {
    case .inline(let bytes):
      try body(unsafe bytes.span.bytes)
    case .streams(let planes):
      try forEachChunk(planes, storage, body)
    case .fields(let layout, let stream, let rest):
      let bytes = try packed(layout, stream, storage, rest: rest)
      try body(unsafe bytes.span.bytes)
    }
  }

  private func forEachChunk(
    _ planes: [Plane], _ storage: Storage, _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    var readers: [PlaneReader] = []
    for plane in planes { readers.append(try PlaneReader(plane, dtype)) }
    let layout = ElementPlanes(dtype)
    var position = 0
    for lengths in chunks {
      var bytes: [UInt8] = []
      for (index, length) in lengths.enumerated() {
        guard let part = storage.slice(position..<(position + length)) else {
          throw Rejection(EntropyRules.damagedStream, "the chunks end early")
        }
        bytes += try readers[index].next(part.bytes)
        storage.forget(position..<(position + length))
        position += length
      }
      let elements = planes.count > 1 ? layout.joined(bytes) : bytes
      try body(unsafe elements.span.bytes)
    }
  }

  private func packed(
    _ layout: FieldLayout, _ stream: StreamDescription, _ storage: Storage, rest: [UInt8]
  ) throws(Rejection) -> [UInt8] {
    var packer = FieldPacker(layout, byteCount: byteCount)
    var decoder = try StreamDecoder(stream)
    let least = stream.alphabet.leastSymbol << stream.lowBits
    var position = 0
    for length in stream.chunkLengths {
      guard let part = storage.slice(position..<(position + length)) else {
        throw Rejection(EntropyRules.damagedStream, "the chunks end early")
      }
      position += length
      packer.append(try decoder.next(part.bytes), least: least)
    }
    for digit in rest { packer.append(digit: Int(digit)) }
    return packer.bytes
  }
}

/// Turns the chunks of one plane into bytes.
private struct PlaneReader {
  private var decoder: StreamDecoder?
  private let least: Int
  private let isWide: Bool

  init(_ plane: CodedComponent.Plane, _ dtype: DType) throws(Rejection) {
    isWide = dtype == .i16 || dtype == .u16
    switch plane {
    case .raw: (decoder, least) = (nil, 0)
    case .coded(let stream):
      decoder = try StreamDecoder(stream)
      least = stream.alphabet.leastSymbol << stream.lowBits
    }
  }

  mutating func next(_ bytes: RawSpan) throws(Rejection) -> [UInt8] {
    guard decoder != nil, let symbols = try decoder?.next(bytes) else { return bytes.copied() }
    let offset = UInt16(truncatingIfNeeded: least)
    guard isWide else {
      return unsafe [UInt8](unsafeUninitializedCapacity: symbols.count) { buffer, count in
        for index in symbols.indices {
          unsafe buffer[index] = UInt8(truncatingIfNeeded: symbols[index] &+ offset)
        }
        count = symbols.count
      }
    }
    return unsafe [UInt8](unsafeUninitializedCapacity: 2 * symbols.count) { buffer, count in
      for index in symbols.indices {
        let value = symbols[index] &+ offset
        unsafe buffer[2 * index] = UInt8(truncatingIfNeeded: value)
        unsafe buffer[2 * index + 1] = UInt8(truncatingIfNeeded: value >> 8)
      }
      count = 2 * symbols.count
    }
  }
}
