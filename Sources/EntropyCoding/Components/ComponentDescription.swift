internal import TensorCore

/// What the directory says of a component whose coding was chosen and whose chunks were coded.
public struct ComponentDescription: Sendable {
  enum Content: Sendable {
    case permutation(_ order: [Int])
    case logarithmic(LogarithmicCoding.Exponents)
    case adaptive(SymbolBlock, StreamGeometry)
    case inline(_ bytes: [UInt8], DType)
    case streams(CodedComponent)
  }

  let content: Content

  init(_ content: Content) { self.content = content }

  /// Writes it to a directory.
  public func write(to encoder: inout AdaptiveEncoder) {
    switch content {
    case .permutation(let order):
      encoder.number(CodedComponent.Kind.permutation.rawValue, CodedField.codingKind)
      PermutationCoding.write(order, to: &encoder)
    case .logarithmic(let exponents):
      encoder.number(CodedComponent.Kind.logarithmic.rawValue, CodedField.codingKind)
      LogarithmicCoding.write(exponents, to: &encoder)
    case .adaptive(let block, let geometry):
      encoder.number(CodedComponent.Kind.adaptive.rawValue, CodedField.codingKind)
      AdaptiveCoding.write(block, geometry, to: &encoder)
    case .inline(let bytes, let dtype):
      encoder.number(CodedComponent.Kind.inline.rawValue, CodedField.codingKind)
      unsafe InlineCoding.write(bytes.span.bytes, dtype, to: &encoder)
    case .streams(let component): component.writeStreams(to: &encoder)
    }
  }
}
