internal import TensorCore

/// One operation that was carried out: a link of the chain that gradients go back along.
///
/// Unchecked because of `operands`: only `deinit` writes them, when nobody else has the node.
final class Node: @unchecked Sendable {
  /// The gradients of the operands for that of the result, in float32 and in the operands' shapes.
  /// Nothing is needed for operands that are not `wanted`.
  typealias Rule = @Sendable (_ gradient: Tensor, _ wanted: [Bool]) -> [Tensor?]

  /// The nodes of the operands; nil for constants.
  private(set) var operands: [Node?]
  /// Nil for a leaf.
  let rule: Rule?
  /// What a leaf is called.
  let label: String?
  /// The linear layer that it is, if it is one.
  let layer: LinearLayer?

  init(leaf label: String?) {
    operands = []
    rule = nil
    self.label = label
    layer = nil
  }

  init(operands: [Node?], layer: LinearLayer? = nil, rule: @escaping Rule) {
    self.operands = operands
    self.rule = rule
    label = nil
    self.layer = layer
  }

  deinit {
    // One after another: releasing a long chain from within would use up the stack.
    var released = operands.compactMap(\.self)
    operands = []
    while var node = released.popLast() {
      guard isKnownUniquelyReferenced(&node) else { continue }
      released += node.operands.compactMap(\.self)
      node.operands = []
    }
  }

  /// The nodes that a result was made of, operands before what was made of them, in an order that
  /// only depends on how it was made.
  static func ordered(to result: consuming Node) -> [Node] {
    var ordered: [Node] = []
    var seen: Set<ObjectIdentifier> = [ObjectIdentifier(result)]
    var path = [(node: consume result, next: 0)]
    while let (node, next) = path.last {
      guard next < node.operands.count else {
        ordered.append(node)
        path.removeLast()
        continue
      }
      path[path.count - 1].next += 1
      guard let operand = node.operands[next],
        seen.insert(ObjectIdentifier(operand)).inserted
      else { continue }
      path.append((operand, 0))
    }
    return ordered
  }
}

/// What an observer is told about a linear layer, except for the gradient.
struct LinearLayer: Sendable {
  let weight: Variable
  let input: Tensor
}
