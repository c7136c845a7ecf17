public import Diagnostics
internal import TensorCore

/// Between a matrix per layer and the banks that stack the matrices of all layers.
///
/// With L layers: `qo_bank` holds `attn.c_q` of layer i at index i and `attn.proj` at L + i,
/// `kv_bank` likewise `attn.c_k` and `attn.c_v`; `mlp_up_bank` holds `mlp.fc`, `mlp_down_bank`
/// `mlp.proj`. Nothing is transposed. Training keeps banks, artifacts hold the matrices.
public enum WeightBanks {
  private struct Bank {
    let name: String
    /// The parts of each layer whose matrices follow each other in blocks of L.
    let parts: [String]

    func matrixName(part: Int, layer: Int) -> String { "blocks.\(layer).\(parts[part]).weight" }
  }

  private static let banks = [
    Bank(name: "qo_bank", parts: ["attn.c_q", "attn.proj"]),
    Bank(name: "kv_bank", parts: ["attn.c_k", "attn.c_v"]),
    Bank(name: "mlp_up_bank", parts: ["mlp.fc"]),
    Bank(name: "mlp_down_bank", parts: ["mlp.proj"]),
  ]

  /// The tensors with each bank replaced by its matrices, which look into the bank's storage.
  ///
  /// Compressed banks are decoded first. A bank that cannot be told into layers, because it has
  /// other than three axes or an odd number of matrices for two parts, stays as it is.
  public static func unbank(_ tensors: [NamedTensor]) throws(Rejection) -> [NamedTensor] {
    var result: [NamedTensor] = []
    result.reserveCapacity(tensors.count)
    for tensor in tensors {
      guard let bank = banks.first(where: { $0.name == tensor.name }),
        let matrices = try matrices(of: tensor.content, count: bank.parts.count)
      else {
        result.append(tensor)
        continue
      }
      let layers = matrices.count / bank.parts.count
      for layer in 0..<layers {
        for part in bank.parts.indices {
          result.append(
            NamedTensor(
              name: bank.matrixName(part: part, layer: layer),
              content: matrices[part * layers + layer]))
        }
      }
    }
    return result
  }

  /// The tensors with the matrices of all layers replaced by banks, each where its first matrix
  /// was; compressed matrices are decoded.
  ///
  /// A bank needs every layer from 0 to the last and matrices of one type and shape; otherwise its
  /// matrices stay as they are.
  public static func bank(_ tensors: [NamedTensor]) throws(Rejection) -> [NamedTensor] {
    let index = Dictionary(
      tensors.indices.map { (tensors[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
    var bankAt: [Int: NamedTensor] = [:]
    var replaced: Set<Int> = []
    for bank in banks {
      let members = members(of: bank, in: index)
      guard let first = members.min(),
        let whole = try piecewise(members.map { tensors[$0].content })
      else { continue }
      bankAt[first] = NamedTensor(name: bank.name, content: .pieces(whole))
      replaced.formUnion(members)
    }
    var result: [NamedTensor] = []
    for position in tensors.indices {
      if let bank = bankAt[position] { result.append(bank) }
      if !replaced.contains(position) { result.append(tensors[position]) }
    }
    return result
  }

  /// The positions of a bank's matrices in its order; empty if one is missing.
  private static func members(of bank: Bank, in index: [String: Int]) -> [Int] {
    var layers = 0
    while index[bank.matrixName(part: 0, layer: layers)] != nil { layers += 1 }
    let count = layers
    let positions = bank.parts.indices.flatMap { part in
      (0..<count).map { index[bank.matrixName(part: part, layer: $0)] }
    }
    let found = positions.compactMap(\.self)
    // The layer behind the last must be missing in every part, and no later layer may exist.
    let hasMore = index.keys.contains { name in
      isLayer(name, beyond: count, of: bank)
    }
    return found.count == positions.count && !hasMore ? found : []
  }

  /// Whether a name is that of a matrix of this bank in layer `count` or later.
  private static func isLayer(_ name: String, beyond count: Int, of bank: Bank) -> Bool {
    guard name.hasPrefix("blocks.") else { return false }
    let rest = name.dropFirst("blocks.".count)
    guard let dot = rest.firstIndex(of: "."), let layer = Int(rest[..<dot]), layer >= count else {
      return false
    }
    return bank.parts.contains { rest[rest.index(after: dot)...] == "\($0).weight" }
  }

  /// Matrices stacked along a new first axis, or nil unless they are alike.
  private static func piecewise(_ contents: [TensorContent]) throws(Rejection) -> PiecewiseTensor? {
    guard let first = contents.first, first.shape.rank == 2,
      contents.allSatisfy({ $0.dtype == first.dtype && $0.shape == first.shape }),
      let shape = Shape([contents.count] + first.shape.dimensions)
    else { return nil }
    var pieces: [PiecewiseTensor.Piece] = []
    for (index, content) in contents.enumerated() {
      guard let matrix = try content.plain(), let slice = matrix.stacked() else { return nil }
      pieces.append(PiecewiseTensor.Piece(origin: [index, 0, 0], tensor: slice))
    }
    return PiecewiseTensor(dtype: first.dtype, shape: shape, pieces: pieces)
  }

  /// The matrices along the first of three axes, or nil if their number is no multiple of `count`.
  private static func matrices(
    of content: TensorContent, count: Int
  ) throws(Rejection) -> [TensorContent]? {
    guard content.shape.rank == 3, content.shape[0] > 0, content.shape[0] % count == 0 else {
      return nil
    }
    if case .transformed(let tensor, let transform) = content {
      return tensor.unstacked()?.map { .transformed($0, transform) }
    }
    if case .pieces(let whole) = content {
      let ordered = whole.pieces.sorted { $0.origin[0] < $1.origin[0] }
      guard ordered.allSatisfy({ $0.tensor.shape[0] == 1 }), ordered.count == whole.shape[0] else {
        return nil
      }
      return ordered.compactMap { $0.tensor.unstacked()?.first.map { .dense($0) } }
    }
    return try content.plain()?.unstacked()?.map { .dense($0) }
  }
}

extension TensorContent {
  /// The elements as they are, decoded if they are compressed; nil for other forms.
  fileprivate func plain() throws(Rejection) -> Tensor? {
    switch self {
    case .dense(let tensor): tensor
    case .encoded(let encoded): try encoded.decoded()
    default: nil
    }
  }
}

extension Tensor {
  /// This tensor with a first axis of extent 1.
  fileprivate func stacked() -> Tensor? {
    guard let shape = Shape([1] + shape.dimensions),
      let layout = Layout(shape: shape, strides: [0] + layout.strides, offset: layout.offset)
    else { return nil }
    return Tensor(dtype: dtype, layout: layout, storage: storage)
  }

  /// The views along the first axis.
  fileprivate func unstacked() -> [Tensor]? {
    guard let rest = Shape(Array(shape.dimensions.dropFirst())), let step = layout.strides.first,
      rest.elementCount > 0
    else { return nil }
    let views = (0..<shape[0]).compactMap { index in
      // The last view's end is inside the storage, so no position overflows.
      Layout(
        shape: rest, strides: Array(layout.strides.dropFirst()),
        offset: layout.offset + index * step
      ).flatMap { Tensor(dtype: dtype, layout: $0, storage: storage) }
    }
    return views.count == shape[0] ? views : nil
  }
}
