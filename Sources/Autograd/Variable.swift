public import TensorCore

/// A tensor that remembers how it was made, so that gradients can be taken of what is computed
/// from it.
///
/// Operations run on plain tensors at once. What depends on no leaf and on no observed layer is
/// remembered nowhere and costs what a plain tensor costs. Values may be used on several threads.
public struct Variable: Sendable {
  /// The elements.
  public let value: Tensor
  /// What the caller calls it; kept where it is reshaped or cast, so that a layer knows its weight.
  public let label: String?
  /// Whether linear layers with this weight are shown to an observer.
  public let isObserved: Bool
  /// Where gradients arrive; nil for what is constant.
  let node: Node?

  init(_ value: Tensor, label: String?, isObserved: Bool, node: Node?) {
    self.value = value
    self.label = label
    self.isObserved = isObserved
    self.node = node
  }

  /// A constant that may have a name.
  public init(constant value: Tensor, label: String?) {
    self.init(value, label: label, isObserved: false, node: nil)
  }

  /// Something whose gradient is wanted.
  public init(leaf value: Tensor, label: String? = nil) {
    self.init(value, label: label, isObserved: false, node: Node(leaf: label))
  }

  /// A constant weight whose linear layers are shown to the observer of `Gradients`, even where
  /// nothing before them has a gradient: gradients flow back to their outputs, and further only to
  /// leaves and to other observed layers.
  public init(observed value: Tensor, label: String? = nil) {
    self.init(value, label: label, isObserved: true, node: nil)
  }

  /// Whether gradients flow into it.
  public var isDifferentiable: Bool { node != nil }

  /// The same elements as a constant: no gradient flows further back.
  public var detached: Variable { Variable(constant: value, label: label) }

  /// The result of an operation, with the rule that gives the gradients of its operands; remembered
  /// only if one of them has a node.
  init(
    _ value: Tensor, from operands: [Variable?], label: String? = nil, isObserved: Bool = false,
    rule: @escaping Node.Rule
  ) {
    let nodes = operands.map { $0?.node }
    let isRecorded = nodes.contains { $0 != nil }
    self.init(
      value, label: label, isObserved: isObserved,
      node: isRecorded ? Node(operands: nodes, rule: rule) : nil)
  }
}
