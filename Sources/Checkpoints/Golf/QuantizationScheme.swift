internal import ByteCodecs
internal import Diagnostics
internal import TensorCore

/// How a weight is stored, as the meta data of the `w`/`m` layout say.
///
/// A dictionary has `type` int2 to int8, besides notes on how the codes were found. A string is
/// `passthrough…`, `gate_int8_row` or `gptq (int6)`, the last with `+lqer_asym` or `+lqer` behind.
enum QuantizationScheme {
  /// As it is, or narrowed to half precision.
  case passthrough
  /// Codes and scales, maybe with a low-rank residual.
  case scaled(bits: Int, residual: LowRankResidual.Scaling?)
  /// Codes and scales of an attention gate, under names of their own.
  case gate

  /// Understands a meta value; throws C12 for a scheme that is not known.
  init(_ meta: TorchValue?) throws(Rejection) {
    switch meta {
    case .string(let text):
      guard let scheme = Self(text: text) else {
        throw Rejection(ByteCodecRules.unknownScheme, "the scheme is \(quoted(text))")
      }
      self = scheme
    case .dict(let dict):
      let type = dict["type"]?.stringValue
      guard let type, let bits = Self.bits(type) else {
        throw Rejection(
          ByteCodecRules.unknownScheme, "the type is \(type.map(quoted) ?? "missing or no string")")
      }
      self = .scaled(bits: bits, residual: nil)
    default:
      throw Rejection(ByteCodecRules.unknownScheme, "the scheme is neither string nor dictionary")
    }
  }

  private init?(text: String) {
    // Strings such as "passthrough (float16)" are told by the word alone.
    if contains("passthrough", in: text) {
      self = .passthrough
      return
    }
    if text == "gate_int8_row" {
      self = .gate
      return
    }
    let parts = text.split(separator: "+", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts[0].hasPrefix("gptq ("), parts[0].hasSuffix(")"),
      let bits = Self.bits(String(parts[0].dropFirst(6).dropLast()))
    else { return nil }
    guard parts.count == 2 else {
      self = .scaled(bits: bits, residual: nil)
      return
    }
    guard let residual = LowRankResidual.Scaling(rawValue: String(parts[1])) else { return nil }
    self = .scaled(bits: bits, residual: residual)
  }

  /// 6 for `int6`.
  private static func bits(_ type: String) -> Int? {
    guard type.hasPrefix("int"), type.utf8.count == 4, let bits = Int(type.dropFirst(3)),
      (2...8).contains(bits)
    else { return nil }
    return bits
  }

  /// The bits of a code, where there are codes.
  var bits: Int? {
    switch self {
    case .passthrough: nil
    case .scaled(let bits, _): bits
    case .gate: 8
    }
  }

  /// The residual on top of the codes.
  var residual: LowRankResidual.Scaling? {
    if case .scaled(_, let residual) = self { residual } else { nil }
  }

  /// The names of a weight's parts in `w`, in the order of the encoding's components.
  func parts(of name: String) -> [String] {
    switch self {
    case .passthrough: [name]
    case .gate: [name + ".gq", name + ".gs"]
    case .scaled(_, nil): [name + ".q", name + ".scale"]
    case .scaled(_, .rows):
      ["q", "scale", "lqA", "lqAs", "lqB", "lqBs"].map { "\(name).\($0)" }
    case .scaled(_, .groups):
      ["q", "scale", "lqA_a", "lqAs_a", "lqB_a", "lqBs_a"].map { "\(name).\($0)" }
    }
  }
}

/// Whether `text` contains `pattern` anywhere.
func contains(_ pattern: String, in text: String) -> Bool {
  var rest = text.utf8[...]
  while rest.count >= pattern.utf8.count {
    if rest.starts(with: pattern.utf8) { return true }
    rest.removeFirst()
  }
  return false
}

/// A text from a file, in quotes and cut to a length that a message can bear.
func quoted(_ text: String) -> String {
  text.count > 60 ? "“\(text.prefix(60))…”" : "“\(text)”"
}
