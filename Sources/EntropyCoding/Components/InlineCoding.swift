internal import Diagnostics
internal import TensorCore

/// Coding 0: small tensors in the directory itself, plane by plane.
enum InlineCoding {
  /// How the bytes of a plane are told.
  private enum Model: Int, CaseIterable {
    case uniform
    case alone
    case afterLast
  }

  static func write(_ bytes: RawSpan, _ dtype: DType, to encoder: inout AdaptiveEncoder) {
    let layout = ElementPlanes(dtype)
    let planes = layout.split(bytes)
    let count = planes.count / layout.width
    for plane in 0..<layout.width {
      let content = planes[(plane * count)..<((plane + 1) * count)]
      var best = (model: Model.uniform, bits: Double(8 * count))
      for model in [Model.alone, .afterLast] where mayBeModelled(content) {
        var candidate = AdaptiveEncoder()
        write(content, plane, model, to: &candidate)
        if candidate.bitCount < best.bits { best = (model, candidate.bitCount) }
      }
      encoder.number(best.model.rawValue, CodedField.planeModel)
      write(content, plane, best.model, to: &encoder)
    }
  }

  /// Whether the bytes of a plane differ enough in their frequencies to be worth learning: each
  /// that occurs takes some four bits to learn.
  private static func mayBeModelled(_ content: ArraySlice<UInt8>) -> Bool {
    var counts = [UInt32](repeating: 0, count: 256)
    for byte in content { counts[Int(byte)] += 1 }
    let total = BinaryLogarithm.of(Double(max(content.count, 1)))
    let bits = counts.reduce(0.0) { bits, count in
      guard count > 0 else { return bits }
      return bits + 4 + Double(count) * (total - BinaryLogarithm.of(Double(count)))
    }
    return bits < Double(8 * content.count)
  }

  private static func write(
    _ content: ArraySlice<UInt8>, _ plane: Int, _ model: Model,
    to encoder: inout AdaptiveEncoder
  ) {
    var last: UInt8 = 0
    for byte in content {
      switch model {
      case .uniform: encoder.uniform(Int(byte), below: 256)
      case .alone: encoder.byte(byte, CodedField.planeByte, after: plane)
      case .afterLast:
        encoder.byte(byte, CodedField.planeByteAfter, after: plane, Int(last))
        last = byte
      }
    }
  }

  static func read(
    _ byteCount: Int, _ dtype: DType, from decoder: inout AdaptiveDecoder
  ) throws(Rejection) -> [UInt8] {
    let layout = ElementPlanes(dtype)
    var planes: [UInt8] = []
    for plane in 0..<layout.width {
      let number = try decoder.number(CodedField.planeModel, limit: Model.allCases.count - 1)
      var last: UInt8 = 0
      // The count may lie, so room is made as bytes come.
      for _ in 0..<(byteCount / layout.width) {
        switch Model.allCases[number] {
        case .uniform: last = UInt8(try decoder.uniform(below: 256))
        case .alone: last = try decoder.byte(CodedField.planeByte, after: plane)
        case .afterLast:
          last = try decoder.byte(CodedField.planeByteAfter, after: plane, Int(last))
        }
        planes.append(last)
      }
    }
    return layout.joined(planes)
  }
}
