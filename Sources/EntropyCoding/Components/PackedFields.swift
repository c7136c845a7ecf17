internal import TensorCore

/// Bytes as fields of some bits, the least significant bits first.
struct BitFields {
  /// The whole fields as symbols; nil where there are none.
  let block: SymbolBlock?
  /// The bits beyond the last whole field.
  let rest: [UInt8]

  init(_ bytes: [UInt8], width: Int) {
    let count = bytes.count * 8 / width
    func bits(_ bit: Int, _ width: Int) -> Int {
      let low = Int(bytes[bit / 8])
      let high = bit / 8 + 1 < bytes.count ? Int(bytes[bit / 8 + 1]) << 8 : 0
      return (low | high) >> (bit % 8) & (1 << width - 1)
    }
    block = count == 0 ? nil : SymbolBlock(count) { bits($0 * width, width) }
    rest = (count * width..<bytes.count * 8).map { UInt8(bits($0, 1)) }
  }
}
