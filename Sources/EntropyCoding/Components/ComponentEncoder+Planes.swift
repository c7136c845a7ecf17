internal import CKernels
internal import Diagnostics
internal import TensorCore

extension ComponentEncoder {
  /// Encodes elements plane by plane under histograms, reading them twice: once to count, once to
  /// code. Memory does not grow with the component.
  func encodePlanes(
    _ source: @escaping ComponentSource, _ sink: @escaping ChunkSink
  ) throws(Rejection) -> CodedComponent {
    guard dtype != .i16, dtype != .u16 else { return try encodeRaw(source, sink) }
    let layout = ElementPlanes(dtype)
    let flip = signFlip
    var counts = ByteCounts(planes: layout.width)
    let pipeline = ChunkPipeline { chunk in
      var counts = ByteCounts(planes: layout.width)
      counts.add(unsafe layout.split(chunk.span.bytes))
      return counts
    }
    try pipeline.run(
      source, of: byteCount, byteCount: layout.width * StreamDescription.chunkSymbols
    ) { part in
      counts.add(part)
    }
    var planes = counts.planes.map { counts in
      let inOrder = counts.indices.map { counts[$0 ^ Int(flip)] }
      return Self.plane(
        Self.scaled(inOrder), least: dtype == .i8 ? -128 : 0,
        StreamGeometry(count: byteCount / layout.width))
    }
    setLanes(&planes)
    let encoders = try planes.map { (plane) throws(Rejection) -> StreamEncoder? in
      guard case .coded(let stream) = plane else { return nil }
      return try StreamEncoder(stream)
    }
    let coding = ChunkPipeline { chunk in
      let bytes = unsafe layout.split(chunk.span.bytes)
      let count = bytes.count / layout.width
      return encoders.enumerated().map { plane, encoder in
        let content = bytes[(plane * count)..<((plane + 1) * count)]
        guard let encoder else { return Array(content) }
        return encoder.chunk(Self.symbols(content, flip: flip, least: encoder.least(flip: flip)))
      }
    }
    try coding.run(source, of: byteCount, byteCount: layout.width * StreamDescription.chunkSymbols)
    {
      (chunk) throws(Rejection) in
      for (plane, bytes) in chunk.enumerated() {
        if case .coded(var stream) = planes[plane] {
          stream.chunkLengths.append(bytes.count)
          planes[plane] = .coded(stream)
        }
        try sink(bytes)
      }
    }
    return CodedComponent(dtype: dtype, shape: shape, coding: .streams(planes))
  }

  /// Words of 16 bits as they are: a histogram of them would take more than it saves.
  private func encodeRaw(
    _ source: @escaping ComponentSource, _ sink: @escaping ChunkSink
  ) throws(Rejection) -> CodedComponent {
    try source { (bytes) throws(Rejection) in try sink(bytes.copied()) }
    return CodedComponent(dtype: dtype, shape: shape, coding: .streams([.raw]))
  }

  /// What a byte counts as: signed ones in their order.
  private var signFlip: UInt8 { dtype == .i8 ? 0x80 : 0 }

  /// Bytes less the least symbol of their stream.
  private static func symbols(
    _ content: ArraySlice<UInt8>, flip: UInt8, least: UInt16
  ) -> [UInt16] {
    unsafe [UInt16](unsafeUninitializedCapacity: content.count) { buffer, count in
      unsafe content.withUnsafeBufferPointer { content in
        for index in 0..<content.count {
          unsafe buffer[index] = UInt16(content[index] ^ flip) &- least
        }
      }
      count = content.count
    }
  }

  /// Gives every stream as many lanes as the bytes of all planes allow.
  private func setLanes(_ planes: inout [CodedComponent.Plane]) {
    let chunkCount = max(StreamDescription.chunkCount(of: byteCount / planes.count), 1)
    // A plane under a model takes about a third of a raw one.
    let perPlane = planes.reduce(0.0) { sum, plane in
      if case .raw = plane { return sum + 1 }
      return sum + 0.33
    }
    let bytes = Double(byteCount / planes.count) * perPlane / Double(chunkCount)
    for index in planes.indices {
      guard case .coded(var stream) = planes[index] else { continue }
      stream.laneBits = StreamPlanner.laneBits(byteCount: bytes, columns: .max)
      planes[index] = .coded(stream)
    }
  }

  /// Counts in 32 bits, smaller by a power of two where they need more; none of them becomes 0.
  private static func scaled(_ counts: [UInt64]) -> [UInt32] {
    let sum = counts.reduce(0, +)
    let shift = UInt64(max(0, 31 - sum.leadingZeroBitCount + 1))
    return counts.map { $0 == 0 ? 0 : UInt32(max($0 >> shift, 1)) }
  }

  /// The plane under a histogram of its bytes, or as it is where that does not pay.
  private static func plane(
    _ counts: [UInt32], least offset: Int, _ geometry: StreamGeometry
  ) -> CodedComponent.Plane {
    guard let least = counts.firstIndex(where: { $0 > 0 }),
      let last = counts.lastIndex(where: { $0 > 0 })
    else { return .raw }
    let total = counts.reduce(0.0) { $0 + Double($1) }
    let entropy = counts.reduce(0) { sum, count in
      guard count > 0 else { return sum }
      return sum + Double(count) * (BinaryLogarithm.of(total) - BinaryLogarithm.of(Double(count)))
    }
    // Less than 1 % is not worth the time that decoding takes.
    guard entropy < 7.92 * total else { return .raw }
    let alphabet = Alphabet(
      precision: 14, leastSymbol: offset + least, symbolCount: last - least + 1, supersetCount: 1)
    guard let model = HistogramModel(counting: Array(counts[least...last]), alphabet) else {
      return .raw
    }
    let stream = StreamDescription(
      geometry: geometry, alphabet: alphabet, model: model)
    guard let tables = try? stream.tables(),
      let bits = tables.bitCount(of: Array(counts[least...last]))
    else { return .raw }
    var encoder = AdaptiveEncoder()
    stream.writeModel(to: &encoder)
    guard bits + encoder.bitCount < 7.92 * total else { return .raw }
    return .coded(stream)
  }
}

/// How often each byte occurs in each plane.
private struct ByteCounts: Sendable {
  private(set) var planes: [[UInt64]]

  init(planes: Int) {
    self.planes = [[UInt64]](repeating: [UInt64](repeating: 0, count: 256), count: planes)
  }

  /// Counts planes of equal lengths, one behind the other.
  mutating func add(_ content: [UInt8]) {
    let count = content.count / planes.count
    unsafe content.withUnsafeBufferPointer { content in
      for plane in planes.indices {
        unsafe birdie_count_bytes(
          &planes[plane], content.baseAddress.map { unsafe $0 + plane * count }, count)
      }
    }
  }

  mutating func add(_ other: ByteCounts) {
    for plane in planes.indices {
      for byte in 0..<256 { planes[plane][byte] += other.planes[plane][byte] }
    }
  }
}
