public import Checkpoints
public import Diagnostics
internal import JSON
internal import Quantization
internal import TensorCore
internal import TensorOps

/// A training script of the challenge makes its artifact of a checkpoint: which tensors become
/// codes, by which rule, and which are kept in which type. Codes, scales and their order are the
/// script's, bit for bit.
public struct TrainingExport: Sendable {
  /// The name on the command line.
  public let id: String
  /// What it does, in one line, and whose it is.
  public let summary: String
  /// How the artifact is laid out.
  public let layout: TrainingLayout
  /// What becomes of a tensor of floats.
  let treatment: @Sendable (_ name: String, _ shape: Shape) -> Treatment

  /// What becomes of a tensor.
  enum Treatment: Sendable {
    /// It is stored in this type, with a note on why.
    case stored(DType, note: String = "passthrough")
    /// It becomes codes.
    case quantized(any QuantizationMethod.Type, [(key: String, value: JSONValue)])
  }

  /// Writes the artifact that the script would write of a checkpoint; gives its length. Throws Q01
  /// for weights that are not finite, F02 and F06 for the file.
  @discardableResult
  public func write(
    _ checkpoint: Checkpoint, to path: String, overwrites: Bool = false
  ) throws(Rejection) -> Int {
    var notes: [String: String] = [:]
    for tensor in checkpoint.tensors where tensor.dtype.isConvertibleFloat {
      guard case .stored(_, let note) = treatment(tensor.name, tensor.shape) else { continue }
      notes[tensor.name] = note
    }
    return try quantized(checkpoint).writeArtifact(
      of: layout, to: path, notes: notes, overwrites: overwrites)
  }

  /// The checkpoint with codes and narrowed floats as the script would make them. Throws Q01.
  public func quantized(_ checkpoint: Checkpoint) throws(Rejection) -> Checkpoint {
    let contents = ParallelFor.map(checkpoint.tensors.count) { index in
      Result { () throws(Rejection) in try content(of: checkpoint.tensors[index]) }
    }
    var result = checkpoint
    for (index, content) in contents.enumerated() {
      result.tensors[index].content = try content.get()
    }
    return result
  }

  private func content(of tensor: NamedTensor) throws(Rejection) -> TensorContent {
    guard tensor.dtype.isConvertibleFloat else { return tensor.content }
    switch treatment(tensor.name, tensor.shape) {
    case .stored(.f32, _):
      // Control tensors come back in single precision, whatever they were.
      return tensor.dtype == .f32 ? tensor.content : .dense(try tensor.cast(to: .f32))
    case .stored(let type, _):
      guard layout == .quantizedMeta || [.f32, .bf16].contains(tensor.dtype) else {
        return tensor.content
      }
      guard tensor.dtype != type else { return tensor.content }
      return try tensor.content(storedIn: type)
    case .quantized(let type, let options):
      return .encoded(try quantized(tensor, type, options))
    }
  }

  private func quantized(
    _ tensor: NamedTensor, _ type: any QuantizationMethod.Type,
    _ options: [(key: String, value: JSONValue)]
  ) throws(Rejection) -> EncodedTensor {
    let isMatrix = tensor.shape.rank == 2
    let coverage = ("coverage", JSONValue.string(isMatrix ? "row" : "tensor"))
    var reader = try OptionReader(options + [coverage], for: type)
    let isNarrow = [.f32, .bf16, .f16].contains(tensor.dtype)
    let count = tensor.shape.elementCount
    let weight = try Weight(
      name: tensor.name, dtype: isNarrow ? tensor.dtype : .f32,
      rows: isMatrix ? tensor.shape[0] : 1, columns: isMatrix ? tensor.shape[1] : count,
      elements: try tensor.floats())
    let encoded = try type.init(&reader).quantize(weight, step: 1)
    guard !isMatrix else { return encoded }
    let parts = encoded.components
    guard let codes = Tensor(dtype: .i8, shape: tensor.shape, storage: parts[0].tensor.storage)
    else { preconditionFailure("there is a code for each element") }
    return try EncodedTensor(
      dtype: encoded.dtype, shape: tensor.shape, encoding: encoded.encoding,
      components: [.init(name: parts[0].name, tensor: codes), parts[1]])
  }
}

/// The exports there are.
public enum TrainingExports {
  /// In the order of help.
  public static let all: [TrainingExport] = [
    int8, int6, int5,
    records(
      "int6-floored", "int6 with scales of at least 1/31 (11L records of 2026-03-20)",
      limit: 65_536, keepsHalves: false, rule: "floored"
    ) { _ in 31 },
    records(
      "int6-search", "int6 with searched clipping (GPTQ-lite record of 2026-03-22)",
      limit: 65_536, keepsHalves: false, rule: "search"
    ) { _ in 31 },
  ]

  private static let int8 = TrainingExport(
    id: "int8", summary: "int8_clean_per_row_v1, the challenge's own script", layout: .int8Clean
  ) { name, shape in
    guard shape.elementCount <= 65_536 else { return .quantized(CleanRows.self, []) }
    return .stored(name.containsAny(of: controls) ? .f32 : .f16)
  }

  private static let int6 = records(
    "int6", "int6 and int8 (record 2026-03-20_Int6_MLP3x)", limit: 65_536, keepsHalves: true,
    rule: "absmax"
  ) { _ in 31 }

  private static let int5 = records(
    "int5", "int5 in MLPs, int6 in attention (record 2026-03-20_10L_Int5MLP)", limit: 8192,
    keepsHalves: true, rule: "absmax", codesBigram: true
  ) { $0 == .mlp ? 15 : 31 }

  /// The tensors that steer a model, whose precision counts.
  private static let controls = [
    "attn_scale", "mlp_scale", "resid_mix", "q_gain", "skip_weight",
  ]
  private static let halves = ["tok_emb", "blocks.8.attn.c_k"]

  private enum Part {
    case embedding, mlp, bigram, attention, other
  }

  private static func part(_ name: String, hasBigram: Bool) -> Part {
    if name.containsAny(of: ["tok_emb", "lm_head"]) { return .embedding }
    if name.containsAny(of: [".mlp."]) { return .mlp }
    if hasBigram, name.containsAny(of: ["bigram"]) { return .bigram }
    return name.containsAny(of: [".attn.", ".proj."]) ? .attention : .other
  }

  /// The records of the spring that differ in a few numbers.
  private static func records(
    _ id: String, _ summary: String, limit: Int, keepsHalves: Bool, rule: String,
    codesBigram: Bool = false, greatest: @escaping @Sendable (Part) -> Int
  ) -> TrainingExport {
    TrainingExport(id: id, summary: summary, layout: .quantizedMeta) { name, shape in
      guard shape.elementCount > limit else { return .stored(.f16) }
      if name.containsAny(of: controls) {
        return .stored(.f32, note: "passthrough_ctrl")
      }
      if keepsHalves, name.containsAny(of: halves) {
        return .stored(.f16, note: "passthrough_fp16")
      }
      let part = part(name, hasBigram: codesBigram)
      guard [.mlp, .attention, .bigram].contains(part), shape.rank > 0 else {
        return .quantized(CleanRows.self, [])
      }
      let options: [(String, JSONValue)] = [
        ("rule", .string(rule)), ("greatest", .integer(greatest(part))),
      ]
      return .quantized(RecordRows.self, options)
    }
  }
}

extension String {
  fileprivate func containsAny(of patterns: [String]) -> Bool {
    patterns.contains { pattern in
      let (text, pattern) = (Array(utf8), Array(pattern.utf8))
      guard text.count >= pattern.count else { return false }
      return (0...(text.count - pattern.count)).contains { text[$0...].starts(with: pattern) }
    }
  }
}
