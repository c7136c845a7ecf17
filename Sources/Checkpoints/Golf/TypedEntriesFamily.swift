package import Diagnostics
internal import TensorCore

/// An entry per weight with `type` and what that type needs: ternary, binary, packed integers,
/// 8-bit floats. Everything is restored to BF16.
///
/// The values are the state dictionary that the record restores. Ternary layers quantize it again
/// in every forward pass, with a scale that comes out as the stored one: the weights that take part
/// in a prediction are code times stored scale, see `effectiveWeights`.
package enum TypedEntriesFamily: GolfFamily {
  package static let id = "golf-typed-entries"
  package static let title = "ternary, binary, packed integer and 8-bit float entries"
  package static let reference =
    "openai/parameter-golf records 2026-03-24 (ternary, binary), 2026-03-26 (JEPA), "
    + "2026-04-05 (XNOR), deq_sd"

  package static func recognizes(_ value: TorchValue) -> Bool {
    guard let entries = value.dictValue?.namedEntries, !entries.isEmpty else { return false }
    return entries.allSatisfy { $0.value.dictValue?["type"]?.stringValue != nil }
  }

  package static func metadata(of value: TorchValue) -> TextMap {
    let isTernary = value.dictValue?.entries.contains {
      $0.value.dictValue?["type"]?.stringValue?.hasPrefix("ternary") ?? false
    }
    guard isTernary == true else { return [:] }
    return [
      "ternary_weights": "as the training script restores them; its layers quantize them again "
        + "and predict with code times stored scale"
    ]
  }

  package static func tensors(
    from value: TorchValue, audit: inout Audit
  ) throws(Rejection) -> [NamedTensor] {
    try tensors(from: value, ternary: .meanMagnitude)
  }

  /// The weights as the layers use them: ternary ones are code times stored scale.
  package static func effectiveWeights(
    from value: TorchValue
  ) throws(Rejection) -> [NamedTensor] {
    try tensors(from: value, ternary: .none)
  }

  private static func tensors(
    from value: TorchValue, ternary: GroupCorrection
  ) throws(Rejection) -> [NamedTensor] {
    let entries = try ArtifactValues(value, "the artifact")
    var tensors: [NamedTensor] = []
    tensors.reserveCapacity(entries.names.count)
    for name in entries.names {
      tensors.append(
        try locating(Place(tensor: name)) { () throws(Rejection) in
          let entry = try TypedEntry(name: name, entries[name])
          return NamedTensor(name: name, content: try entry.content(ternary: ternary))
        })
    }
    return tensors
  }
}
