import Checkpoints
import TensorCore
import TestSupport
import Testing

private func dense(_ name: String, _ dimensions: [Int], first: UInt8) throws -> NamedTensor {
  let shape = try #require(Shape(dimensions))
  let bytes = (0..<shape.elementCount).map { first + UInt8($0) }
  return NamedTensor(
    name: name,
    content: .dense(try #require(Tensor(dtype: .i8, shape: shape, storage: Storage(bytes)))))
}

private func layers(_ count: Int) throws -> [NamedTensor] {
  var tensors = [try dense("tok_emb.weight", [3], first: 90)]
  for layer in 0..<count {
    tensors.append(
      try dense("blocks.\(layer).attn.c_q.weight", [2, 2], first: UInt8(10 * layer)))
    tensors.append(
      try dense("blocks.\(layer).attn.proj.weight", [2, 2], first: UInt8(50 + 10 * layer)))
  }
  return tensors
}

@Test func `a bank holds all queries before all projections`() throws {
  let banked = try WeightBanks.bank(try layers(2))
  #expect(banked.map(\.name) == ["tok_emb.weight", "qo_bank"])
  #expect(banked[1].shape.dimensions == [4, 2, 2])
  guard case .pieces(let whole) = banked[1].content else {
    Issue.record("the bank is not in pieces")
    return
  }
  #expect(whole.pieces.map(\.origin) == [[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0]])
  #expect(whole.pieces.map { $0.tensor.elementBytes?.first } == [0, 10, 50, 60])
}

@Test func `unbanking a bank gives its matrices back`() throws {
  let original = try layers(3)
  let restored = try WeightBanks.unbank(try WeightBanks.bank(original))
  #expect(restored.map(\.name) == original.map(\.name))
  #expect(
    try restored.map { try $0.content.decodedBytes() }
      == original.map { try $0.content.decodedBytes() })
}

@Test func `a bank that is one tensor is cut along its first axis`() throws {
  let matrices = try WeightBanks.unbank([try dense("mlp_up_bank", [2, 3, 2], first: 0)])
  #expect(matrices.map(\.name) == ["blocks.0.mlp.fc.weight", "blocks.1.mlp.fc.weight"])
  #expect(try matrices[1].content.decodedBytes() == [6, 7, 8, 9, 10, 11])
}

@Test func `matrices with a missing layer stay as they are`() throws {
  let tensors = try layers(3).filter { !$0.name.hasPrefix("blocks.1.") }
  #expect(try WeightBanks.bank(tensors).map(\.name) == tensors.map(\.name))
}

@Test func `matrices without the first layer's stay as they are`() throws {
  let tensors = try layers(3).filter { !$0.name.hasPrefix("blocks.0.") }
  #expect(try WeightBanks.bank(tensors).map(\.name) == tensors.map(\.name))
}

@Test func `a bank with an odd number of matrices for two parts stays as it is`() throws {
  let bank = try dense("kv_bank", [3, 2, 2], first: 0)
  #expect(try WeightBanks.unbank([bank]).map(\.name) == ["kv_bank"])
}
