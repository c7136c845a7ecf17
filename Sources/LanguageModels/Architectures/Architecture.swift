public import Diagnostics
public import JSON
public import TensorCore
public import TensorOps

/// A kind of model that Birdie computes: one file that conforms, one line in `Architectures.all`.
public protocol Architecture: Sendable {
  /// How `config.json` and the command line call it.
  static var id: String { get }
  /// What it is, in one line.
  static var summary: String { get }
  /// Where it is defined.
  static var reference: String { get }
  /// Tensors of which every model of this kind has one under exactly that name, unless all names
  /// are wrapped in a prefix such as `module.`; a longer name stands before one that it ends with.
  static var landmarks: [String] { get }
  /// Whether the configuration, or names and shapes alone, are those of this kind.
  static func recognizes(_ configuration: JSONValue?, _ shapes: [String: [Int]]) -> Bool
  /// The model, which computes in float32 or bfloat16 with what `making` makes of its tensors.
  /// Throws A01 and A02 where tensors and configuration do not fit.
  static func open<Value: TensorValue>(
    _ tensors: [String: Tensor], _ configuration: JSONValue?, arithmetic: DType,
    making: ValueMaker<Value>
  ) throws(Rejection) -> any LanguageModel<Value>
}

/// Every architecture, and the choice among them.
public enum Architectures {
  /// In the order in which they are tried.
  public static let all: [any Architecture.Type] = [
    GolfArchitecture.self, LlamaArchitecture.self, GPT2Architecture.self,
  ]

  /// The model that the tensors and their configuration, if there is one, make; throws A03 where no
  /// architecture is recognized, and what opening it throws.
  ///
  /// Names may have a prefix in common, which training scripts and compilers leave: `module.`,
  /// `_orig_mod.`, the keys of nested dictionaries.
  public static func open(
    _ tensors: [String: Tensor], configuration: JSONValue?, arithmetic: DType
  ) throws(Rejection) -> any LanguageModel<Tensor> {
    try open(tensors, configuration: configuration, arithmetic: arithmetic) { _, tensor in tensor }
  }

  /// The same model over other values than plain tensors, which `making` makes of each tensor and
  /// the name that the model has for it: leaves whose gradients are wanted, for example.
  public static func open<Value: TensorValue>(
    _ tensors: [String: Tensor], configuration: JSONValue?, arithmetic: DType,
    making: ValueMaker<Value>
  ) throws(Rejection) -> any LanguageModel<Value> {
    for architecture in all {
      let own = unwrapped(tensors, prefix(of: tensors, architecture.landmarks))
      guard architecture.recognizes(configuration, own.mapValues(\.shape.dimensions)) else {
        continue
      }
      return try architecture.open(own, configuration, arithmetic: arithmetic, making: making)
    }
    let stated = configuration?["architecture"]?.string ?? configuration?["model_type"]?.string
    throw Rejection(
      ArchitectureRules.unknownArchitecture,
      stated.map { "there is no architecture called \($0.debugDescription)" }
        ?? "names and shapes of \(tensors.count) tensors are those of no known model"
        + several(among: tensors))
  }

  /// A hint where one file holds the weights of a model several times, averaged ones for example.
  private static func several(among tensors: [String: Tensor]) -> String {
    for landmark in all.flatMap({ $0.landmarks }) {
      let wrapped = tensors.keys.filter { $0.hasSuffix("." + landmark) }.sorted()
      guard wrapped.count > 1 else { continue }
      let prefixes = wrapped.map { String($0.dropLast(landmark.count)) }
      return ", but several stand below \(prefixes.joined(separator: " and ")): write one into a "
        + "file of its own with birdie convert --tensors '\(prefixes[0])*'"
    }
    return ""
  }

  /// What stands before the model's own names in those of a checkpoint; empty where nothing does,
  /// or where no architecture is recognized.
  public static func prefix(
    of tensors: [String: Tensor], configuration: JSONValue?
  ) -> String {
    for architecture in all {
      let prefix = prefix(of: tensors, architecture.landmarks)
      let shapes = unwrapped(tensors, prefix).mapValues(\.shape.dimensions)
      if architecture.recognizes(configuration, shapes) { return prefix }
    }
    return ""
  }

  /// The prefix that stands before a landmark; empty where none does, or where several models are
  /// there.
  private static func prefix(of tensors: [String: Tensor], _ landmarks: [String]) -> String {
    for landmark in landmarks {
      if tensors[landmark] != nil { return "" }
      let wrapped = tensors.keys.filter { $0.hasSuffix("." + landmark) }
      guard wrapped.count == 1, let name = wrapped.first else { continue }
      let prefix = String(name.dropLast(landmark.count))
      // Two tensors must not become one.
      let isClear = tensors.keys.allSatisfy {
        !$0.hasPrefix(prefix) || tensors[String($0.dropFirst(prefix.count))] == nil
      }
      return isClear ? prefix : ""
    }
    return ""
  }

  /// The tensors without a prefix.
  private static func unwrapped(
    _ tensors: [String: Tensor], _ prefix: String
  ) -> [String: Tensor] {
    guard !prefix.isEmpty else { return tensors }
    var own: [String: Tensor] = [:]
    for (name, tensor) in tensors {
      own[name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name] = tensor
    }
    return own
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

  /// The embedding.
  public static let landmarks = ["tok_emb.weight"]

  /// Whether the configuration, or names and shapes alone, are those of this kind.
  public static func recognizes(_ configuration: JSONValue?, _ shapes: [String: [Int]]) -> Bool {
    if let stated = configuration?["architecture"]?.string { return stated == id }
    if configuration?["model_type"] != nil { return false }
    return GolfShapes(shapes).areOfGolf
  }

  /// The model. Throws A01 and A02 where tensors and configuration do not fit.
  public static func open<Value: TensorValue>(
    _ tensors: [String: Tensor], _ configuration: JSONValue?, arithmetic: DType,
    making: ValueMaker<Value>
  ) throws(Rejection) -> any LanguageModel<Value> {
    try GolfGPT(
      tensors, configuration: GolfConfiguration(configuration ?? .object([])),
      arithmetic: arithmetic, making: making)
  }
}
