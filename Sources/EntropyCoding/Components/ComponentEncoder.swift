internal import CKernels
public import Diagnostics
public import TensorCore

/// The bytes of a component, given as often as they are asked for, a chunk of whole elements at a
/// time.
public typealias ComponentSource =
  ((RawSpan) throws(Rejection) -> Void) throws(Rejection) -> Void

/// Takes the bytes of chunks in the file's order.
public typealias ChunkSink = ([UInt8]) throws(Rejection) -> Void

/// What a writer knows of a component beyond its bytes.
public struct ComponentHints: Sendable {
  /// The trellis that its codes run through.
  public var trellis: Trellis?
  /// The numbers that its bytes hold.
  public var fields: FieldLayout?

  /// What is known; by default nothing.
  public init(trellis: Trellis? = nil, fields: FieldLayout? = nil) {
    self.trellis = trellis
    self.fields = fields
  }
}

/// Writes components in the coding that takes the fewest bytes.
public struct ComponentEncoder: Sendable {
  let dtype: DType
  let shape: Shape
  private let hints: ComponentHints

  /// Tensors of up to this many bytes may go into the directory.
  static let mostInlineBytes = 1 << 14
  /// Tensors of up to this many integers may be coded adaptively, bit by bit.
  static let mostAdaptiveSymbols = 1 << 15
  /// Fewer bytes do not pay for the description of a stream.
  static let fewestStreamBytes = 256
  /// Integers of up to this many bytes are coded under any model, more only under histograms, for
  /// which they need not be in memory.
  static let mostModelledBytes = 1 << 27
  /// The same, for tests that cannot afford as many.
  var mostModelledBytes = Self.mostModelledBytes

  /// An encoder for components of a type and shape, whose bytes are a whole number.
  public init(_ dtype: DType, _ shape: Shape, _ hints: ComponentHints = ComponentHints()) {
    self.dtype = dtype
    self.shape = shape
    self.hints = hints
  }

  var byteCount: Int { dtype.byteCount(elements: shape.elementCount) ?? 0 }
  private var geometry: StreamGeometry { CodedComponent.geometry(dtype, shape) }
  private var isInteger: Bool {
    switch dtype {
    case .i8, .u8, .i16, .u16, .bool: true
    default: false
    }
  }

  /// Chooses a coding and gives the chunks to `sink`; the description is the caller's to write.
  public func encode(
    _ source: @escaping ComponentSource, _ sink: @escaping ChunkSink
  ) throws(Rejection) -> ComponentDescription {
    guard isCodedInMemory else {
      return ComponentDescription(.streams(try encodePlanes(source, sink)))
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount)
    try source { (chunk) throws(Rejection) in
      unsafe chunk.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    return try encode(bytes, sink)
  }

  /// The same for bytes that are in memory, with their chunks.
  public func encode(
    _ bytes: [UInt8]
  ) throws(Rejection) -> (description: ComponentDescription, chunks: [[UInt8]]) {
    var chunks: [[UInt8]] = []
    let sink: ChunkSink = { chunks.append($0) }
    guard isCodedInMemory else {
      let source: ComponentSource = { (body) throws(Rejection) in unsafe try body(bytes.span.bytes)
      }
      return (ComponentDescription(.streams(try encodePlanes(source, sink))), chunks)
    }
    return (try encode(bytes, sink), chunks)
  }

  private var isCodedInMemory: Bool {
    byteCount <= mostModelledBytes && isInteger || byteCount <= Self.mostInlineBytes
  }

  // MARK: In memory

  private func encode(
    _ bytes: [UInt8], _ sink: @escaping ChunkSink
  ) throws(Rejection) -> ComponentDescription {
    if let order = unsafe PermutationCoding.order(bytes.span.bytes, dtype) {
      return ComponentDescription(.permutation(order))
    }
    if let exponents = unsafe LogarithmicScales.exponents(of: bytes.span.bytes, dtype) {
      return ComponentDescription(.logarithmic(exponents))
    }
    var best: (bits: Double, content: ComponentDescription.Content) = (
      .infinity, .inline(bytes, dtype)
    )
    let block = unsafe isInteger ? SymbolBlock(bytes.span.bytes, dtype) : nil
    if bytes.count <= Self.mostInlineBytes {
      var candidate = AdaptiveEncoder()
      unsafe InlineCoding.write(bytes.span.bytes, dtype, to: &candidate)
      best.bits = candidate.bitCount
    }
    if let block, dtype == .i8 || dtype == .i16, hints.trellis == nil,
      block.symbols.count <= Self.mostAdaptiveSymbols,
      geometry.columns <= AdaptiveCoding.mostColumns
    {
      var candidate = AdaptiveEncoder()
      AdaptiveCoding.write(block, geometry, to: &candidate)
      if candidate.bitCount < best.bits {
        best = (candidate.bitCount, .adaptive(block, geometry))
      }
    }
    guard let streams = try streams(block, bytes, below: best.bits) else {
      return ComponentDescription(best.content)
    }
    return ComponentDescription(.streams(try write(streams, sink)))
  }

  /// The streams of a component and the symbols of each.
  private struct Streams {
    var coding: CodedComponent.Coding
    var symbols: [UInt16]
    var bytes: [UInt8]
  }

  /// The best way in streams; nil where the directory takes fewer bits.
  private func streams(
    _ block: SymbolBlock?, _ bytes: [UInt8], below bits: Double
  ) throws(Rejection) -> Streams? {
    guard let block, bytes.count >= Self.fewestStreamBytes || bits == .infinity else {
      return nil
    }
    let raw = Double(8 * bytes.count) + 16
    var best: (bits: Double, streams: Streams) = (
      raw, Streams(coding: .streams([.raw]), symbols: [], bytes: bytes)
    )
    let trellis = hints.trellis
    let planner = StreamPlanner(block, geometry, trellis: trellis)
    if let plan = planner.plan(), plan.bits < best.bits {
      best = (
        plan.bits,
        Streams(coding: .streams([.coded(plan.stream)]), symbols: planner.offsets, bytes: [])
      )
    }
    if let fields = fields(bytes), fields.bits < best.bits { best = fields }
    return best.bits < bits ? best.streams : nil
  }

  /// The best way for the numbers that bytes are said to hold; nil where that cannot be or nothing
  /// is said.
  private func fields(_ bytes: [UInt8]) -> (bits: Double, streams: Streams)? {
    guard let hint = hints.fields, dtype == .u8, let fields = PackedFields(bytes, hint) else {
      return nil
    }
    let planner = StreamPlanner(
      fields.block, fields.layout.geometry(byteCount: bytes.count), trellis: nil)
    guard let plan = planner.plan() else { return nil }
    return (
      plan.bits + fields.restBits,
      Streams(
        coding: .fields(fields.layout, plan.stream, rest: fields.rest), symbols: planner.offsets,
        bytes: [])
    )
  }

  /// Encodes the chunks of a stream whose symbols are in memory.
  private func write(_ streams: Streams, _ sink: @escaping ChunkSink) throws(Rejection)
    -> CodedComponent
  {
    switch streams.coding {
    case .streams(let planes):
      guard case .coded(var stream) = planes[0] else {
        try sink(streams.bytes)
        break
      }
      try write(streams.symbols, &stream, sink)
      return CodedComponent(dtype: dtype, shape: shape, coding: .streams([.coded(stream)]))
    case .fields(let layout, var stream, let rest):
      try write(streams.symbols, &stream, sink)
      return CodedComponent(
        dtype: dtype, shape: shape, coding: .fields(layout, stream, rest: rest))
    case .inline: break
    }
    return CodedComponent(dtype: dtype, shape: shape, coding: streams.coding)
  }

  private func write(
    _ symbols: [UInt16], _ stream: inout StreamDescription, _ sink: @escaping ChunkSink
  ) throws(Rejection) {
    var encoder = try StreamEncoder(stream)
    for index in 0..<StreamDescription.chunkCount(of: symbols.count) {
      let chunk = encoder.next(symbols[stream.range(ofChunk: index)])
      stream.chunkLengths.append(chunk.count)
      try sink(chunk)
    }
  }
}
