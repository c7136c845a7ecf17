internal import Diagnostics
internal import Pickle
internal import TensorCore

/// Names every tensor of a nested object by the path to it, and keeps the other leaves as text.
///
/// Dictionary keys, list positions and the attributes of modules are joined by dots, as
/// `state_dict()` does; a bare tensor is called `tensor`.
struct StateFlattener {
  private(set) var tensors: [NamedTensor] = []
  private(set) var metadata: TextMap = [:]
  private var names: Set<ExactText> = []
  private var namesByView: [ViewIdentity: [String]] = [:]
  private var collisions: [String] = []
  private var budget: FlatteningBudget

  /// Two names of one view are a tie.
  private struct ViewIdentity: Hashable {
    let storageKey: String
    let layout: Layout
    let dtype: DType
    let transform: Int
  }

  private init(budget: FlatteningBudget) { self.budget = budget }

  /// The names of `value`'s tensors and leaves, all below `path`.
  ///
  /// `byteCount` is the size of the input, by which the length of all names is judged (P24).
  static func flatten(
    _ value: TorchValue, below path: String = "", ofInput byteCount: Int, audit: inout Audit
  ) throws(Rejection) -> StateFlattener {
    var budget = FlatteningBudget(inputByteCount: byteCount)
    return try flatten(value, below: path, within: &budget, audit: &audit)
  }

  /// The same for one of several values that share a budget.
  static func flatten(
    _ value: TorchValue, below path: String, within budget: inout FlatteningBudget,
    audit: inout Audit
  ) throws(Rejection) -> StateFlattener {
    var flattener = StateFlattener(budget: budget)
    defer { budget = flattener.budget }
    if case .tensor(let tensor) = value, path.isEmpty {
      try flattener.add(tensor, "tensor")
    } else {
      try flattener.visit(value, path)
    }
    if let first = flattener.collisions.first {
      audit.warn(
        TorchRules.nameCollision,
        "\(flattener.collisions.count) values that are no tensors share a name with another and "
          + "are left out: \(first)")
    }
    return flattener
  }

  /// Groups of names that look at the same elements, in the order of the tensors.
  var ties: [[String]] {
    let groups = namesByView.values.filter { $0.count > 1 }
    let order = Dictionary(
      uniqueKeysWithValues: tensors.enumerated().map { (ExactText($0.element.name), $0.offset) })
    return groups.sorted { (order[ExactText($0[0])] ?? 0) < (order[ExactText($1[0])] ?? 0) }
  }

  private mutating func visit(_ value: TorchValue, _ path: String) throws(Rejection) {
    try budget.visit(path)
    switch value {
    case .tensor(let tensor): try add(tensor, path)
    case .dict(let dict): try visit(dict, path)
    case .list(let items), .tuple(let items):
      if items.count > Self.maximumListedLeaves, items.allSatisfy(\.isLeaf) {
        return try addLeaf(value.jsonText, path)
      }
      for (index, item) in items.enumerated() { try visit(item, join(path, String(index))) }
    case .object(let className, let state): try visit(className, state, path)
    default: try addLeaf(value.jsonText, path)
    }
  }

  /// A longer list or tuple that holds leaves alone, such as an order of samples, is one text: a
  /// name for each number would take more room than most readers of safetensors give a header.
  static let maximumListedLeaves = 1024

  /// Keeps a leaf's text; of two under one name the first stays.
  private mutating func addLeaf(_ text: String, _ path: String) throws(Rejection) {
    try budget.spend(text.utf8.count)
    let name = path.isEmpty ? "value" : path
    if metadata[name] == nil { metadata[name] = text } else { collisions.append(name) }
  }

  private mutating func visit(_ dict: TorchDict, _ path: String) throws(Rejection) {
    for (key, value) in dict.entries { try visit(value, join(path, key.pathComponent)) }
  }

  /// A module gives its parameters, persistent buffers and submodules, in that order.
  private mutating func visit(
    _ className: String, _ state: TorchValue, _ path: String
  ) throws(Rejection) {
    guard let attributes = state.dictValue else {
      if className.hasPrefix("torch.nn.") || className.hasPrefix("__torch__") {
        throw Rejection(PickleRules.moduleCode, "the state of \(className) is no dictionary")
      }
      return try addLeaf("\"<\(className)>\"", path)
    }
    guard let modules = attributes["_modules"]?.dictValue else {
      return try visitAttributes(attributes, path, tensorsOnly: className.hasPrefix("__torch__"))
    }
    let transient = Set(
      attributes["_non_persistent_buffers_set"]?.sequenceValue?.compactMap(\.stringValue) ?? [])
    for (key, value) in attributes["_parameters"]?.dictValue?.entries ?? [] {
      if value.tensorValue != nil { try visit(value, join(path, key.pathComponent)) }
    }
    for (key, value) in attributes["_buffers"]?.dictValue?.entries ?? []
    where value.tensorValue != nil && !transient.contains(key.pathComponent) {
      try visit(value, join(path, key.pathComponent))
    }
    for (key, value) in modules.entries {
      if case .none = value { continue }
      try visit(value, join(path, key.pathComponent))
    }
  }

  /// The attributes of an object that is no module; of TorchScript's only what leads to tensors.
  private mutating func visitAttributes(
    _ attributes: TorchDict, _ path: String, tensorsOnly: Bool
  ) throws(Rejection) {
    for (key, value) in attributes.entries {
      if tensorsOnly {
        switch value {
        case .tensor, .object, .dict, .list, .tuple: break
        default: continue
        }
      }
      try visit(value, join(path, key.pathComponent))
    }
  }

  private mutating func add(_ tensor: TorchTensor, _ name: String) throws(Rejection) {
    guard names.insert(ExactText(name)).inserted else {
      throw Rejection(
        TorchRules.nameCollision, "two tensors are called \(name)", at: Place(tensor: name))
    }
    tensors.append(NamedTensor(name: name, content: tensor.content))
    if let identity = identity(tensor) { namesByView[identity, default: []].append(name) }
  }

  private func identity(_ tensor: TorchTensor) -> ViewIdentity? {
    let (dense, transform): (Tensor, ElementTransform)
    switch tensor.content {
    case .dense(let stored): (dense, transform) = (stored, [])
    case .transformed(let stored, let change): (dense, transform) = (stored, change)
    default: return nil
    }
    guard let key = tensor.storageKey, dense.shape.elementCount > 0 else { return nil }
    return ViewIdentity(
      storageKey: key, layout: dense.layout, dtype: dense.dtype, transform: transform.rawValue)
  }

  private func join(_ path: String, _ component: String) -> String {
    path.isEmpty ? component : "\(path).\(component)"
  }
}

extension TorchValue {
  /// Whether it has no parts of its own.
  fileprivate var isLeaf: Bool {
    switch self {
    case .none, .bool, .int, .bigInt, .float, .string, .bytes, .symbol, .opaque: true
    case .list, .tuple, .dict, .tensor, .object, .storage: false
    }
  }
}
