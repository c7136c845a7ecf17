internal import Diagnostics
internal import Pickle

extension TorchObjectBuilder {
  /// What an object is known by whose class or function is only named (P06, P40): its attributes,
  /// or what it was given where its class keeps more than attributes, as dictionaries do.
  mutating func unlisted(
    _ object: PickledObject, _ name: String, _ state: TorchValue?
  ) throws(Rejection) -> TorchValue {
    let given = try argumentsKept(of: object, name)
    let items = try values(object.listItems + object.setItems)
    let entries = try pairs(object.dictItems)
    let keywords = if let id = object.keywordArguments { try value(id) } else { TorchValue?.none }
    if let keywords, keywords.dictValue?.entries.isEmpty == false {
      return .dict(whole(given, items, entries, state, keywords: keywords))
    }
    switch (given.isEmpty, items.isEmpty, entries.isEmpty, state) {
    case (true, true, true, nil) where !object.isInstance: return .opaque(name)
    case (true, true, true, _): return .object(className: name, state: state ?? .none)
    case (false, true, true, nil): return .tuple(given)
    case (true, false, true, nil): return .list(items)
    default: return .dict(whole(given, items, entries, state, keywords: nil))
    }
  }

  /// The arguments of a named tuple and its like; those of a function where they may hold tensors,
  /// for what it would make of a number is not known.
  private mutating func argumentsKept(
    of object: PickledObject, _ name: String
  ) throws(Rejection) -> [TorchValue] {
    guard case .tuple(let ids) = graph[object.arguments], !ids.isEmpty else { return [] }
    guard !name.hasPrefix("torch.nn.modules.") else {
      throw Rejection(PickleRules.moduleCode, "\(name) is made with arguments")
    }
    let given = try values(ids)
    return object.isInstance || given.contains(where: \.hasParts) ? given : []
  }

  /// Everything under names that no attribute has.
  private func whole(
    _ given: [TorchValue], _ items: [TorchValue], _ entries: [(key: TorchValue, value: TorchValue)],
    _ state: TorchValue?, keywords: TorchValue?
  ) -> TorchDict {
    var all = entries
    all += items.enumerated().map { (.int(Int64($0)), $1) }
    if !given.isEmpty { all.append((.string("__args__"), .tuple(given))) }
    if let keywords { all.append((.string("__kwargs__"), keywords)) }
    if let state { all.append((.string("__dict__"), state)) }
    return TorchDict(entries: all)
  }
}

extension TorchValue {
  /// Whether there may be tensors in it.
  fileprivate var hasParts: Bool {
    switch self {
    case .list, .tuple, .dict, .tensor, .object, .storage: true
    default: false
    }
  }
}
