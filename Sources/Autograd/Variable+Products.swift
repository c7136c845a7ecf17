internal import TensorCore
public import TensorOps

extension Variable {
  /// self · weightᵀ + bias. Remembered also where the weight is observed and nothing else has a
  /// gradient.
  public func linear(_ weight: Variable, bias: Variable?) -> Variable {
    let result = value.linear(weight.value, bias: bias?.value)
    let nodes = [node, weight.node, bias?.node]
    guard weight.isObserved || nodes.contains(where: { $0 != nil }) else {
      return Variable(constant: result)
    }
    let (input, matrix, biasShape) = (value, weight.value, bias?.shape)
    let layer = LinearLayer(weight: weight, input: input)
    let node = Node(operands: nodes, layer: layer) { gradient, wanted in
      [
        wanted[0] ? LinearGradients.ofInput(gradient, matrix) : nil,
        wanted[1] ? LinearGradients.ofWeight(gradient, input, matrix.shape) : nil,
        wanted[2] ? biasShape.map { gradient.columnSums(as: $0) } : nil,
      ]
    }
    return Variable(result, label: nil, isObserved: false, node: node)
  }

  /// Causal attention of these queries. Going back, the probabilities of one block of queries at a
  /// time are formed again: those of all positions never exist.
  public func attention(
    keys: Variable, values: Variable, scale: Float, mask: AttentionMask
  ) -> Variable {
    let result = value.attention(
      keys: keys.value, values: values.value, scale: scale, mask: mask)
    let gradients = AttentionGradients(
      queries: value, keys: keys.value, values: values.value, scale: scale, mask: mask)
    return Variable(result, from: [self, keys, values]) { gradient, _ in
      gradients(gradient)
    }
  }
}
