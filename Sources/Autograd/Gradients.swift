public import TensorCore
internal import TensorOps

/// A linear layer, seen while gradients go back through it.
public struct LinearObservation: Sendable {
  /// The weight that was passed, with its label.
  public let weight: Variable
  /// What the layer read, of shape […, inputs].
  public let input: Tensor
  /// The gradient of what it gave, of shape […, outputs], in float32.
  public let outputGradient: Tensor
}

/// The gradients of the leaves that a result was computed from (reverse-mode differentiation).
///
/// Everything is added up in float32 and in an order that only depends on the computation, so that
/// the number of threads changes no bit. Where narrow floats were rounded, gradients pass as if
/// they had not been.
public struct Gradients: Sendable {
  private var leaves: [(node: Node, gradient: Tensor)] = []

  /// Goes back from `output`, whose own gradient is `seed`, of its shape; without one the output
  /// has one element and its gradient is 1.
  ///
  /// `observe` is called for each linear layer that the gradient reaches, the last one first, with
  /// the whole gradient of its output: layers whose weight is a leaf or observed, or whose input
  /// depends on one of these.
  ///
  /// What the result remembers is let go on the way if the caller does not keep `output`, or
  /// something computed from it.
  public init(
    of output: consuming Variable, seed: Tensor? = nil,
    observingLinear observe: ((LinearObservation) -> Void)? = nil
  ) {
    let shape = output.value.shape
    precondition(seed != nil || shape.elementCount == 1, "a result of \(shape) needs a seed")
    precondition(seed == nil || seed?.shape == shape, "the seed has the shape of the result")
    guard let node = output.node else { return }
    output = output.detached
    let seed = seed?.cast(to: .f32) ?? Tensor([1], shape.dimensions)
    goBack(from: consume node, seed, observe)
  }

  private mutating func goBack(
    from result: consuming Node, _ seed: Tensor, _ observe: ((LinearObservation) -> Void)?
  ) {
    var gradients = [ObjectIdentifier(result): seed]
    var nodes = Node.ordered(to: consume result)
    while let node = nodes.popLast() {
      guard let gradient = gradients.removeValue(forKey: ObjectIdentifier(node)) else { continue }
      if let layer = node.layer, let observe {
        observe(
          LinearObservation(weight: layer.weight, input: layer.input, outputGradient: gradient))
      }
      guard let rule = node.rule else {
        leaves.append((node, gradient))
        continue
      }
      let wanted = node.operands.map { $0 != nil }
      guard wanted.contains(true) else { continue }
      for (operand, part) in zip(node.operands, rule(gradient, wanted)) {
        guard let operand, let part else { continue }
        let key = ObjectIdentifier(operand)
        gradients[key] = gradients[key].map { $0.combined(.add, part) } ?? part
      }
    }
  }

  /// The gradient of a leaf, in float32 and of its shape; nil where the result does not depend on
  /// it, or for what is no leaf.
  public subscript(leaf: Variable) -> Tensor? {
    leaves.first { $0.node === leaf.node }?.gradient
  }

  /// The gradients of all leaves that have a label; of several with one label, the sum.
  public var byLabel: [String: Tensor] {
    var gradients: [String: Tensor] = [:]
    for label in leaves.compactMap(\.node.label) where gradients[label] == nil {
      gradients[label] = self[label]
    }
    return gradients
  }

  /// The gradient of the leaf with a label, likewise; of several with one label, the sum.
  public subscript(label: String) -> Tensor? {
    leaves.lazy.filter { $0.node.label == label }.map(\.gradient).reduce(nil) { sum, next in
      sum.map { $0.combined(.add, next) } ?? next
    }
  }
}
