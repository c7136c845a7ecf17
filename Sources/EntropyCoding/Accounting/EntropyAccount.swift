public import Diagnostics
public import TensorCore

/// What coding a component took, and what it could have taken: which entropy a figure is compared
/// with decides what it says, so each has a name.
public struct EntropyAccount: Sendable {
  /// The integers, or for wider elements their bytes, plane by plane.
  public var symbolCount = 0
  /// The bytes of the chunks: words, states and low bits.
  public var chunkByteCount = 0
  /// The bits that the models' probabilities come to; what is not modelled counts in full.
  public var modelBits = 0.0
  /// The bits under the frequencies of each plane's symbols, known for nothing (Shannon 1948).
  public var orderZeroBits = 0.0

  /// An account of nothing.
  public init() {}

  /// The order-0 entropy of elements that nobody has coded.
  public init(counting bytes: RawSpan, _ dtype: DType) {
    var histograms = PlaneHistograms(dtype)
    histograms.add(bytes)
    symbolCount = histograms.symbolCount
    orderZeroBits = histograms.orderZeroBits
  }

}

extension CodedComponent {
  /// The account of a component whose chunks `storage` holds, from decoding it. Of one that lies in
  /// the directory only the order-0 entropy is known: nothing says which bits are its own.
  public func account(of storage: Storage) throws(Rejection) -> EntropyAccount {
    var account = EntropyAccount()
    account.chunkByteCount = storage.byteCount
    var histograms = PlaneHistograms(dtype)
    try forEachChunk(of: storage) { (chunk) throws(Rejection) in histograms.add(chunk) }
    account.symbolCount = histograms.symbolCount
    account.orderZeroBits = histograms.orderZeroBits
    switch coding {
    case .inline: account.modelBits = 0
    case .bitFields(_, let stream, let rest):
      account.modelBits = try modelBits(of: [.coded(stream)], storage) + Double(rest.count)
    case .streams(let planes): account.modelBits = try modelBits(of: planes, storage)
    }
    return account
  }

  private func modelBits(of planes: [Plane], _ storage: Storage) throws(Rejection) -> Double {
    var bits = 0.0
    for (index, plane) in planes.enumerated() {
      guard case .coded(let stream) = plane else {
        let layout = symbolLayout
        bits += Double(8 * layout.count * layout.symbolWidth)
        continue
      }
      bits += try modelBits(of: stream, plane: index, storage)
    }
    return bits
  }

  private func modelBits(
    of stream: StreamDescription, plane: Int, _ storage: Storage
  ) throws(Rejection) -> Double {
    var decoder = try StreamDecoder(stream)
    var counter = StreamCounter(stream)
    var position = 0
    for lengths in chunks {
      let start = position + lengths[..<plane].reduce(0, +)
      position += lengths.reduce(0, +)
      guard let part = storage.slice(start..<(start + lengths[plane])) else {
        throw Rejection(EntropyRules.damagedStream, "the chunks end early")
      }
      let symbols = try decoder.next(part.bytes)
      counter.add(stream.lowBits == 0 ? symbols : symbols.map { $0 >> stream.lowBits })
    }
    return (try stream.tables().bitCount(of: counter.counts) ?? 0)
      + Double(stream.lowBits * stream.geometry.count)
  }
}

/// How often each symbol of each plane occurs.
private struct PlaneHistograms {
  private let layout: ElementPlanes
  private let isWide: Bool
  private var counts: [[UInt64]]
  private(set) var symbolCount = 0

  init(_ dtype: DType) {
    layout = ElementPlanes(dtype)
    isWide = dtype == .i16 || dtype == .u16
    counts =
      isWide
      ? [[UInt64](repeating: 0, count: 1 << 16)]
      : [[UInt64]](repeating: [UInt64](repeating: 0, count: 256), count: layout.width)
  }

  mutating func add(_ bytes: RawSpan) {
    let planes = layout.split(bytes)
    let count = planes.count / layout.width
    symbolCount += isWide ? count : planes.count
    guard !isWide else {
      for index in 0..<count {
        counts[0][Int(planes[index]) << 8 | Int(planes[count + index])] += 1
      }
      return
    }
    for plane in 0..<layout.width {
      for index in (plane * count)..<((plane + 1) * count) {
        counts[plane][Int(planes[index])] += 1
      }
    }
  }

  var orderZeroBits: Double {
    counts.reduce(0) { sum, counts in
      let total = Double(counts.reduce(0, +))
      return counts.reduce(sum) { sum, count in
        guard count > 0 else { return sum }
        return sum + Double(count) * (BinaryLogarithm.of(total) - BinaryLogarithm.of(Double(count)))
      }
    }
  }
}
