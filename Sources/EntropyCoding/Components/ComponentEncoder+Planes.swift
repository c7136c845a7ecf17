internal import CKernels
internal import Diagnostics
internal import TensorCore

extension ComponentEncoder {
  /// Encodes elements plane by plane under histograms, reading them twice: once to count, once to
  /// code. Memory does not grow with the component.
  func encodePlanes(
    _ source: @escaping ComponentSource, to encoder: inout AdaptiveEncoder,
    _ sink: @escaping ChunkSink
  ) throws(Rejection) -> CodedComponent {
    guard dtype != .i16, dtype != .u16 else { return try encodeRaw(source, to: &encoder, sink) }
    let layout = ElementPlanes(dtype)
    var counts = [[UInt64]](repeating: [UInt64](repeating: 0, count: 256), count: layout.width)
    var chunks = ElementChunks(layout.width)
    try chunks.forEach(source) { (elements) throws(Rejection) in
      let planes = unsafe layout.split(elements.span.bytes)
      let count = planes.count / layout.width
      for plane in 0..<layout.width {
        count8(planes[(plane * count)..<((plane + 1) * count)], &counts[plane])
      }
    }
    var planes = counts.map { counts in
      Self.plane(
        Self.scaled(counts), least: dtype == .i8 ? -128 : 0,
        StreamGeometry(count: byteCount / layout.width))
    }
    setLanes(&planes)
    var encoders: [StreamEncoder?] = []
    for plane in planes {
      if case .coded(let stream) = plane {
        encoders.append(try StreamEncoder(stream))
      } else {
        encoders.append(nil)
      }
    }
    chunks = ElementChunks(layout.width)
    try chunks.forEach(source) { (elements) throws(Rejection) in
      let bytes = unsafe layout.split(elements.span.bytes)
      let count = bytes.count / layout.width
      for plane in 0..<layout.width {
        let content = bytes[(plane * count)..<((plane + 1) * count)]
        guard case .coded(var stream) = planes[plane] else {
          try sink(Array(content))
          continue
        }
        let symbols = symbols(content, least: stream.alphabet.leastSymbol)
        let chunk = encoders[plane]?.next(symbols[...]) ?? []
        stream.chunkLengths.append(chunk.count)
        planes[plane] = .coded(stream)
        try sink(chunk)
      }
    }
    let component = CodedComponent(dtype: dtype, shape: shape, coding: .streams(planes))
    component.writeStreams(to: &encoder)
    return component
  }

  /// Words of 16 bits as they are: a histogram of them would take more than it saves.
  private func encodeRaw(
    _ source: @escaping ComponentSource, to encoder: inout AdaptiveEncoder,
    _ sink: @escaping ChunkSink
  ) throws(Rejection) -> CodedComponent {
    try source { (bytes) throws(Rejection) in try sink(bytes.copied()) }
    let component = CodedComponent(dtype: dtype, shape: shape, coding: .streams([.raw]))
    component.writeStreams(to: &encoder)
    return component
  }

  /// What a byte counts as: signed ones in their order.
  private var signFlip: UInt8 { dtype == .i8 ? 0x80 : 0 }

  private func symbols(_ content: ArraySlice<UInt8>, least: Int) -> [UInt16] {
    let flip = signFlip
    let offset = UInt16(truncatingIfNeeded: least + (dtype == .i8 ? 128 : 0))
    return unsafe [UInt16](unsafeUninitializedCapacity: content.count) { buffer, count in
      unsafe content.withUnsafeBufferPointer { content in
        for index in 0..<content.count {
          unsafe buffer[index] = UInt16(content[index] ^ flip) &- offset
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

  private func count8(_ content: ArraySlice<UInt8>, _ counts: inout [UInt64]) {
    let flip = signFlip
    unsafe content.withUnsafeBufferPointer { content in
      unsafe counts.withUnsafeMutableBufferPointer { counts in
        for index in 0..<content.count {
          unsafe counts[Int(content[index] ^ flip)] &+= 1
        }
      }
    }
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

/// Cuts a source's bytes into the chunks of a stream.
private struct ElementChunks {
  private let byteCount: Int

  init(_ width: Int) { byteCount = width * StreamDescription.chunkSymbols }

  func forEach(
    _ source: @escaping ComponentSource, _ body: ([UInt8]) throws(Rejection) -> Void
  ) throws(Rejection) {
    var pending: [UInt8] = []
    try source { (bytes) throws(Rejection) in
      var position = 0
      while position < bytes.byteCount {
        let end = min(position + byteCount - pending.count, bytes.byteCount)
        unsafe bytes.extracting(position..<end).withUnsafeBytes {
          unsafe pending.append(contentsOf: $0)
        }
        position = end
        if pending.count == byteCount {
          try body(pending)
          pending.removeAll(keepingCapacity: true)
        }
      }
    }
    if !pending.isEmpty { try body(pending) }
  }
}
