/// How the tensors of two files stand to each other, by the digests of what they decode to.
struct TensorComparison: Sendable {
  enum Kind: String, Sendable {
    case equal, different
    case onlyFirst = "only in A"
    case onlySecond = "only in B"
  }

  struct Row: Sendable {
    let name: String
    let kind: Kind
    let first: RecordContents.Tensor?
    let second: RecordContents.Tensor?
  }

  let rows: [Row]

  /// Tensors without a digest are equal to nothing.
  init(_ first: [RecordContents.Tensor], _ second: [RecordContents.Tensor]) {
    var rest = Dictionary(second.map { (Array($0.name.utf8), $0) }, uniquingKeysWith: { a, _ in a })
    var rows: [Row] = []
    for tensor in first {
      let twin = rest.removeValue(forKey: Array(tensor.name.utf8))
      rows.append(
        Row(name: tensor.name, kind: Self.kind(tensor, twin), first: tensor, second: twin))
    }
    for tensor in second where rest.removeValue(forKey: Array(tensor.name.utf8)) != nil {
      rows.append(Row(name: tensor.name, kind: .onlySecond, first: nil, second: tensor))
    }
    self.rows = rows
  }

  /// How many tensors are of a kind.
  func count(_ kind: Kind) -> Int { rows.reduce(0) { $0 + ($1.kind == kind ? 1 : 0) } }

  private static func kind(
    _ tensor: RecordContents.Tensor, _ twin: RecordContents.Tensor?
  ) -> Kind {
    guard let twin else { return .onlyFirst }
    let isEqual =
      tensor.sha256 != nil && tensor.sha256 == twin.sha256 && tensor.type == twin.type
      && tensor.shape == twin.shape
    return isEqual ? .equal : .different
  }
}
