public import Diagnostics
public import JSON
public import TensorCore

/// A kind of model that Birdie computes: one file that conforms, one line in `Architectures.all`.
public protocol Architecture: Sendable {
  /// How `config.json` and the command line call it.
  static var id: String { get }
  /// What it is, in one line.
  static var summary: String { get }
  /// Where it is defined.
  static var reference: String { get }
  /// Whether the configuration, or names and shapes alone, are those of this kind.
  static func recognizes(_ configuration: JSONValue?, _ shapes: [String: [Int]]) -> Bool
  /// The model, which computes in float32 or bfloat16. Throws A01 and A02 where tensors and
  /// configuration do not fit.
  static func open(
    _ tensors: [String: Tensor], _ configuration: JSONValue?, arithmetic: DType
  ) throws(Rejection) -> any LanguageModel<Tensor>
}

/// Every architecture, and the choice among them.
public enum Architectures {
  /// In the order in which they are tried.
  public static let all: [any Architecture.Type] = [
    GolfArchitecture.self, LlamaArchitecture.self, GPT2Architecture.self,
  ]

  /// The model that the tensors and their configuration, if there is one, make; throws A03 where no
  /// architecture is recognized, and what opening it throws.
  public static func open(
    _ tensors: [String: Tensor], configuration: JSONValue?, arithmetic: DType
  ) throws(Rejection) -> any LanguageModel<Tensor> {
    let shapes = tensors.mapValues(\.shape.dimensions)
    guard let architecture = all.first(where: { $0.recognizes(configuration, shapes) }) else {
      let stated = configuration?["architecture"]?.string ?? configuration?["model_type"]?.string
      throw Rejection(
        ArchitectureRules.unknownArchitecture,
        stated.map { "there is no architecture called \($0.debugDescription)" }
          ?? "names and shapes of \(tensors.count) tensors are those of no known model")
    }
    return try architecture.open(tensors, configuration, arithmetic: arithmetic)
  }
}

/// The challenge's models.
public enum GolfArchitecture: Architecture {
  /// How configurations and the command line call it.
  public static let id = "golf-gpt"
  /// What it is, in one line.
  public static let summary = "the parameter-golf baseline and what its records added"
  /// Where it is defined.
  public static let reference = "https://github.com/openai/parameter-golf"

  /// Whether the configuration, or names and shapes alone, are those of this kind.
  public static func recognizes(_ configuration: JSONValue?, _ shapes: [String: [Int]]) -> Bool {
    if let stated = configuration?["architecture"]?.string { return stated == id }
    if configuration?["model_type"] != nil { return false }
    return shapes["tok_emb.weight"] != nil && shapes["blocks.0.resid_mix"] != nil
  }

  /// The model. Throws A01 and A02 where tensors and configuration do not fit.
  public static func open(
    _ tensors: [String: Tensor], _ configuration: JSONValue?, arithmetic: DType
  ) throws(Rejection) -> any LanguageModel<Tensor> {
    try GolfGPT(
      tensors, configuration: GolfConfiguration(configuration ?? .object([])),
      arithmetic: arithmetic)
  }
}
