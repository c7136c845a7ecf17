import ByteCodecs
import Diagnostics

/// What unwrapping gave: the layers that were taken off and the bytes inside.
struct UnwrappedArtifact {
  var layers: [String] = []
  var isGuess = false
  var content: [UInt8]

  /// Takes off every layer, as a caller of `Unwrapping` does.
  init(_ bytes: [UInt8], limits: DecodeLimits = DecodeLimits()) throws(Rejection) {
    content = bytes
    while let step = try Unwrapping.nextStep(content.raw, depth: layers.count) {
      layers.append(step.name)
      isGuess = isGuess || step.isGuess
      let bytes = content
      content = try collect { body throws(Rejection) in
        try Unwrapping.apply(step, bytes.raw, limits: limits, body)
      }
    }
  }
}

/// Everything that `produce` hands to its closure.
func collect(
  _ produce: ((RawSpan) throws(Rejection) -> Void) throws(Rejection) -> Void
) throws(Rejection) -> [UInt8] {
  var content: [UInt8] = []
  try produce { piece in piece.withUnsafeBytes { content.append(contentsOf: $0) } }
  return content
}

/// The id of the rule that `body` is rejected under, or nil if it is not.
func rejectedRule(_ body: () throws(Rejection) -> Void) -> String? {
  do throws(Rejection) { try body() } catch { return error.rule.id }
  return nil
}

extension [UInt8] {
  var raw: RawSpan {
    @_lifetime(borrow self)
    get { span.bytes }
  }
}
