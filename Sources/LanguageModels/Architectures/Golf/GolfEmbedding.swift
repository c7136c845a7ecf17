internal import TensorCore
internal import TensorOps

/// From token ids to the residual stream: the table, what the records add to it, and the norm.
struct GolfEmbedding<Value: TensorValue>: Sendable {
  let configuration: GolfConfiguration
  let parameters: Parameters<Value>

  func embed(_ tokens: [Int], _ observer: LayerObserver<Value>?) -> Value {
    var x = parameters.rows("tok_emb.weight", tokens)
    if let bigrams = bigrams(tokens, observer) { x = x + bigrams }
    if let gate = parameters[ifWanted: "smeargate.gate"] {
      let share = gate.applying(.sigmoid)
      x = share * x + share.complement * x.shiftedRows()
    }
    if let weight = parameters[ifWanted: "smear_gate.weight"] {
      x = smeared(x, weight, tokens, observer)
    }
    let projection = parameters[ifWanted: "embed_proj.weight"]
    let isBeforeNorm = parameters[ifWanted: "embed_proj_rev.weight"] != nil
    if let projection, isBeforeNorm { x = project(x, projection, observer) }
    x = x.rmsNormalized()
    if let projection, !isBeforeNorm { x = project(x, projection, observer) }
    if let gate = parameters[ifWanted: "smear.gate"] {
      let share = gate.applying(.sigmoid)
      x = share.complement * x + share * x.shiftedRows()
    }
    return x
  }

  private func project(
    _ x: Value, _ weight: Value, _ observer: LayerObserver<Value>?
  ) -> Value {
    observer?("embed_proj.weight", x)
    return x.linear(weight, bias: nil)
  }

  /// What the pair of each token and the one before it adds.
  private func bigrams(_ tokens: [Int], _ observer: LayerObserver<Value>?) -> Value? {
    if let table = parameters[ifWanted: "bigram_hash.table.weight"] {
      let rows = BigramHash.multiplicative(tokens, rowCount: table.shape[0])
      let x = parameters.rows("bigram_hash.table.weight", rows)
      observer?("bigram_hash.proj.weight", x)
      return x.linear(parameters["bigram_hash.proj.weight"], bias: nil)
    }
    guard let table = parameters[ifWanted: "bigram.embed.weight"] else { return nil }
    let rows = BigramHash.exclusive(tokens, rowCount: table.shape[0])
    var x = parameters.rows("bigram.embed.weight", rows)
    if let projection = parameters[ifWanted: "bigram.proj.weight"] {
      observer?("bigram.proj.weight", x)
      x = x.linear(projection, bias: nil)
    }
    return x * parameters["bigram.scale"]
  }

  /// A share of the token before, of a size that the token's first channels decide.
  private func smeared(
    _ x: Value, _ weight: Value, _ tokens: [Int], _ observer: LayerObserver<Value>?
  ) -> Value {
    let input = x.columns(0..<weight.shape[1])
    observer?("smear_gate.weight", input)
    var gate = input.linear(weight, bias: nil).applying(.sigmoid)
    gate = gate * parameters["smear_lambda"]
    if configuration.masksSmear {
      let mask = tokens.map { $0 == configuration.beginToken ? Float(0) : 1 }
      gate = gate * Value(constant: Tensor(mask, [mask.count, 1])).cast(to: x.dtype)
    }
    return x + gate * x.shiftedRows()
  }
}

/// The rows of the records' bigram tables.
enum BigramHash {
  /// ((36313·token) xor (27191·previous)) mod (B − 1) in 32 bits; the first position has row B − 1.
  static func exclusive(_ tokens: [Int], rowCount: Int) -> [Int] {
    let modulus = max(rowCount - 1, 1)
    return tokens.indices.map { position in
      guard position > 0 else { return rowCount - 1 }
      let current = Int32(truncatingIfNeeded: tokens[position]) &* 36313
      let previous = Int32(truncatingIfNeeded: tokens[position - 1]) &* 27191
      let remainder = Int(current ^ previous) % modulus
      return remainder < 0 ? remainder + modulus : remainder
    }
  }

  /// (92821·previous + token) mod B, with token 0 before the first.
  static func multiplicative(_ tokens: [Int], rowCount: Int) -> [Int] {
    tokens.indices.map { position in
      (92821 &* (position > 0 ? tokens[position - 1] : 0) &+ tokens[position]) % max(rowCount, 1)
    }
  }
}

extension TensorValue {
  /// 1 − x.
  var complement: Self { applying(.negate).applying(.shift(1)) }
}
