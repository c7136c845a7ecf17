internal import ByteCodecs
package import Diagnostics
internal import TensorCore

/// Codes, scales and types in dictionaries of their own, named by `__quant_format__`.
///
/// The layout of the baseline script and of the twenty records that kept it; MLX scripts pickle the
/// same dictionaries with numpy arrays. Codes of six or seven bits lie in bytes too and are not
/// told apart from eight.
package enum Int8CleanFamily: GolfFamily {
  package static let id = "golf-int8-clean"
  package static let title = "int8 codes with a scale per row, as the baseline script writes them"
  package static let reference = "openai/parameter-golf train_gpt.py, quantize_state_dict_int8"

  package static func recognizes(_ value: TorchValue) -> Bool {
    value.dictValue?["__quant_format__"] != nil
  }

  package static func metadata(of value: TorchValue) -> TextMap {
    guard let format = value.dictValue?["__quant_format__"]?.stringValue else { return [:] }
    return ["__quant_format__": format]
  }

  package static func tensors(
    from value: TorchValue, audit: inout Audit
  ) throws(Rejection) -> [NamedTensor] {
    let top = try ArtifactValues(value, "the artifact")
    let format = top["__quant_format__"]?.stringValue ?? "something that is no string"
    guard ["int8_clean_per_row_v1", "mixed_int8_int6_v1"].contains(format) else {
      throw Rejection(ByteCodecRules.unknownScheme, "__quant_format__ is \(format)")
    }
    let parts = try Parts(top)
    var tensors: [NamedTensor] = []
    tensors.reserveCapacity(parts.codes.names.count + parts.passthrough.names.count)
    for name in parts.codes.names {
      tensors.append(
        try locating(Place(tensor: name)) { () throws(Rejection) in
          NamedTensor(name: name, content: .encoded(try parts.scaled(name)))
        })
    }
    for name in parts.passthrough.names {
      tensors.append(
        try locating(Place(tensor: name)) { () throws(Rejection) in
          NamedTensor(name: name, content: try parts.passedThrough(name))
        })
    }
    return tensors
  }

  /// The dictionaries of an artifact.
  private struct Parts {
    let codes: ArtifactValues
    let scales: ArtifactValues
    let types: ArtifactValues
    let passthrough: ArtifactValues
    let originalTypes: ArtifactValues?
    let schemes: ArtifactValues?

    init(_ top: ArtifactValues) throws(Rejection) {
      codes = try ArtifactValues(top["quantized"], "quantized")
      scales = try ArtifactValues(top["scales"], "scales")
      types = try ArtifactValues(top["dtypes"], "dtypes")
      passthrough = try ArtifactValues(top["passthrough"], "passthrough")
      originalTypes = try Self.optional(top, "passthrough_orig_dtypes")
      schemes = try Self.optional(top, "qmeta")
    }

    private static func optional(
      _ top: ArtifactValues, _ key: String
    ) throws(Rejection) -> ArtifactValues? {
      guard let value = top[key] else { return nil }
      return try ArtifactValues(value, key)
    }

    /// Codes and scale of one tensor. A scale with an axis is per row even without `qmeta`.
    func scaled(_ name: String) throws(Rejection) -> EncodedTensor {
      try checkScheme(name)
      let codes = try codes.component(name, named: "quantized.\(name)")
      let scale = try scales.component(name, named: "scales.\(name)")
      return try EncodedTensor(
        dtype: try Int8CleanFamily.dtype(types[name]), shape: codes.tensor.shape,
        encoding: ScaledCodes(bits: 8, scale: scale.tensor), components: [codes, scale])
    }

    /// `qmeta` can only say what the scale's shape says already.
    private func checkScheme(_ name: String) throws(Rejection) {
      guard let scheme = schemes?[name] else { return }
      guard scheme.dictValue?["scheme"]?.stringValue == "per_row",
        scheme.dictValue?["axis"]?.intValue ?? 0 == 0
      else {
        throw Rejection(ByteCodecRules.unknownScheme, "qmeta is none that the scripts write")
      }
    }

    /// A tensor that was not quantized, in the type that it had before it was stored.
    func passedThrough(_ name: String) throws(Rejection) -> TensorContent {
      let content = try passthrough.content(name)
      guard let original = originalTypes?[name] else { return content }
      return try content.cast(
        to: try Int8CleanFamily.dtype(original), label: "passthrough.\(name)")
    }
  }

  private static func dtype(_ value: TorchValue?) throws(Rejection) -> DType {
    switch value?.stringValue {
    case "float32": return .f32
    case "bfloat16": return .bf16
    case "float16": return .f16
    case nil: throw Rejection(EncodingRules.componentMismatch, "there is no type in dtypes")
    case let other?: throw Rejection(ByteCodecRules.unknownScheme, "the original type is \(other)")
    }
  }
}
