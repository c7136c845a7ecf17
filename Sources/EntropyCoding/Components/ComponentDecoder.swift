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
    case .bitFields(let width, let stream, let rest):
      let fields = try bitFields(width, stream, storage, rest: rest)
      try body(unsafe fields.span.bytes)
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

  private func bitFields(
    _ width: Int, _ stream: StreamDescription, _ storage: Storage, rest: [UInt8]
  ) throws(Rejection) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    var decoder = try StreamDecoder(stream)
    var (position, bit) = (0, 0)
    func append(_ field: Int, _ width: Int) {
      bytes[bit / 8] |= UInt8(truncatingIfNeeded: field << (bit % 8))
      if bit % 8 + width > 8 {
        bytes[bit / 8 + 1] |= UInt8(truncatingIfNeeded: field >> (8 - bit % 8))
      }
      bit += width
    }
    for length in stream.chunkLengths {
      guard let part = storage.slice(position..<(position + length)) else {
        throw Rejection(EntropyRules.damagedStream, "the chunks end early")
      }
      position += length
      let least = stream.alphabet.leastSymbol << stream.lowBits
      for symbol in try decoder.next(part.bytes) {
        append((least + Int(symbol)) & (1 << width - 1), width)
      }
    }
    for bit in rest { append(Int(bit), 1) }
    return bytes
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
