package import Diagnostics
internal import TensorCore

/// Tensors in `w` and, in `m`, how each weight is made of them.
///
/// Thirty records use it, from dictionaries as meta data to strings with low-rank residuals.
package enum WeightsAndMetaFamily: GolfFamily {
  package static let id = "golf-quantized-meta"
  package static let title = "codes, scales and residuals in one dictionary, schemes in another"
  package static let reference =
    "openai/parameter-golf records 2026-03-20 to 2026-04-29, dequantize_mixed"

  package static func recognizes(_ value: TorchValue) -> Bool {
    value.hasExactly(keys: ["w", "m"])
  }

  package static func metadata(of value: TorchValue) -> TextMap {
    ["dtypes": "not stored; told from the tensors' names"]
  }

  package static func tensors(
    from value: TorchValue, audit: inout Audit
  ) throws(Rejection) -> [NamedTensor] {
    try tensors(
      weights: try ArtifactValues(value.dictValue?["w"], "w"),
      meta: try ArtifactValues(value.dictValue?["m"], "m"), audit: &audit)
  }

  /// The weights that `meta` names, in its order.
  static func tensors(
    weights: ArtifactValues, meta: ArtifactValues, audit: inout Audit
  ) throws(Rejection) -> [NamedTensor] {
    let types = ModelTypes(names: meta.names)
    var unused = Set(weights.names)
    var tensors: [NamedTensor] = []
    tensors.reserveCapacity(meta.names.count)
    for name in meta.names {
      tensors.append(
        try locating(Place(tensor: name)) { () throws(Rejection) in
          let scheme = try QuantizationScheme(meta[name])
          unused.subtract(scheme.parts(of: name))
          return NamedTensor(
            name: name, content: try content(name, scheme, weights: weights, types: types))
        })
    }
    for name in weights.names where unused.contains(name) {
      audit.warn(GolfRules.unusedEntry, "no meta data mention it", at: Place(tensor: name))
    }
    return tensors
  }

  private static func content(
    _ name: String, _ scheme: QuantizationScheme, weights: ArtifactValues, types: ModelTypes
  ) throws(Rejection) -> TensorContent {
    if case .passthrough = scheme {
      let stored = try weights.content(name)
      // Only halves were narrowed for storage; other types are the model's own.
      guard stored.dtype == .f16 else { return stored }
      return try stored.cast(to: types.dtype(name, shape: stored.shape), label: name)
    }
    var parts: [EncodedTensor.Component] = []
    for part in scheme.parts(of: name) { parts.append(try weights.component(part)) }
    let shape = parts[0].tensor.shape
    let base = ScaledCodes(bits: scheme.bits, scale: parts[1].tensor)
    let encoding: any TensorEncoding =
      if let scaling = scheme.residual {
        LowRankResidual(base: base, scaling: scaling)
      } else {
        base
      }
    return .encoded(
      try EncodedTensor(
        dtype: types.dtype(name, shape: shape), shape: shape, encoding: encoding,
        components: parts))
  }
}

extension TorchValue {
  /// Whether this is a dictionary with these keys and no others.
  func hasExactly(keys: Set<String>) -> Bool {
    guard let dict = dictValue, dict.entries.count == keys.count else { return false }
    return Set(dict.entries.compactMap(\.key.stringValue)) == keys
  }
}
