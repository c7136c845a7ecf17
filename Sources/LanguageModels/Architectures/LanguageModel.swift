public import TensorCore
public import TensorOps

/// What a model tells about its inside while it computes: the input of a linear layer, under the
/// name of the weight it is multiplied with.
public typealias LayerObserver<Value> = (_ weight: String, _ input: Value) -> Void

/// What a model computes with in place of one of its tensors, which has a name in the model.
public typealias ValueMaker<Value: TensorValue> = (_ name: String, _ tensor: Tensor) -> Value

/// A model that predicts the next token.
public protocol LanguageModel<Value>: Sendable {
  /// What it computes with.
  associatedtype Value: TensorValue
  /// How many tokens there are.
  var vocabularySize: Int { get }
  /// How long a sequence may be; nil for any length.
  var maximumLength: Int? { get }
  /// The token that begins a document; nil where the configuration does not tell.
  var beginToken: Int? { get }
  /// What may be changed about its weights without changing what it computes.
  var freedoms: [ModelFreedom] { get }
  /// The units whose order is free, in the tensors that the model was made of: first those that
  /// tensors tell apart on which no other order acts.
  var symmetries: [ModelSymmetry] { get }
  /// The logits of the token after each position, of shape [positions, vocabulary].
  func logits(_ tokens: [Int], observer: LayerObserver<Value>?) -> Value
}

extension LanguageModel {
  /// Any length, as with rotary positions.
  public var maximumLength: Int? { nil }
  /// None that are known of.
  public var freedoms: [ModelFreedom] { [] }
  /// None that are known of.
  public var symmetries: [ModelSymmetry] { [] }
  /// No token that is known of.
  public var beginToken: Int? { nil }
}
