public import Merging
public import TensorCore

/// What a merge recipe says, in mergekit's grammar.
public struct MergeRecipe: Sendable {
  /// A model that a slice takes layers of.
  struct Source: Sendable {
    var model: ModelReference
    /// Which layers; nil for all of them.
    var layers: Range<Int>?
    var parameters: [String: MergeSetting] = [:]
    let line: Int
    /// Whether only base_model names it.
    var isAppended = false
    /// The file of what is known of the model besides, where the method asks for it.
    var statistics: String?
  }

  /// Layers of the result, and what they are made of.
  struct Slice: Sendable {
    var sources: [Source]
    let base: ModelReference?
    let parameters: [String: MergeSetting]
    let line: Int
    /// Parameters of the module that it is of, for what its own have no value for.
    var moduleParameters: [String: MergeSetting] = [:]
  }

  /// The name that other documents of the same file call the result by.
  public let name: String?
  /// How tensors are merged.
  public let method: any MergeMethod
  /// The layers from the first to the last; one slice of all layers where the recipe lists models.
  var slices: [Slice]
  /// The base, as the recipe names it.
  public let base: ModelReference?
  /// Parameters of all slices.
  let parameters: [String: MergeSetting]
  /// The type that is computed in; nil for that of the inputs.
  public let dtype: DType?
  /// The type of the result; nil for that which comes out.
  public let outputType: DType?
  /// What models are judged on where the method chooses among them.
  public let evaluation: MergeEvaluation?
  /// What it says of the result's vocabulary; nil for nothing.
  public let vocabulary: VocabularyRecipe?
  /// The template for chats that the result gets; nil for that of its tokenizer.
  public let chatTemplate: ChatTemplateRecipe?

  /// The models in the order in which they are named, the base last where it is named only there.
  public var models: [ModelReference] {
    var models: [ModelReference] = []
    var seen: Set<ModelReference> = []
    for slice in slices {
      for source in slice.sources where seen.insert(source.model).inserted {
        models.append(source.model)
      }
    }
    if let base, seen.insert(base).inserted { models.append(base) }
    return models
  }

  /// The files of statistics in the order in which they are named.
  public var statistics: [String] {
    var files: [String] = []
    for file in slices.flatMap(\.sources).compactMap(\.statistics) where !files.contains(file) {
      files.append(file)
    }
    return files
  }

  /// Whose configuration and tokenizer the result gets: the base, or the first model.
  public var donor: ModelReference { base ?? models[0] }

  /// Whose tokenizer the result's is, or begins with.
  public var tokenizerModel: ModelReference { vocabulary?.tokenizerModel(self) ?? donor }

  /// Whose tokenizers have to be known for the result's.
  public var tokenizerModels: [ModelReference] {
    guard vocabulary != nil || chatTemplate != nil else { return [] }
    return models + (models.contains(tokenizerModel) ? [] : [tokenizerModel])
  }
}
