public import Diagnostics
public import TensorCore

extension CodedComponent {
  /// The bits that the models' probabilities come to for the symbols that `storage` holds, which
  /// are decoded to be counted; what is not modelled counts in full. 0 for what lies in the
  /// directory, where nothing says which bits are its own.
  public func modelBits(of storage: Storage) throws(Rejection) -> Double {
    switch coding {
    case .inline: return 0
    case .fields(let layout, let stream, let rest):
      return try modelBits(of: [.coded(stream)], storage)
        + Double(rest.count) * BinaryLogarithm.of(Double(layout.base))
    case .streams(let planes): return try modelBits(of: planes, storage)
    }
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
