internal import Merging

/// What a recipe says of one parameter: values for tensors whose names have a text in them, each
/// the same everywhere or changing from the first layer of a slice to the last.
public struct MergeSetting: Sendable {
  /// Values for some tensors.
  struct Part: Sendable {
    /// A text in the names; nil for every tensor.
    let filter: String?
    /// Anchors along the layers; one for all of them, none for no value.
    let anchors: [MergeValue]
    /// Whether there is one value, whatever the layer.
    let isGradient: Bool
  }

  /// The first that admits a name counts.
  let parts: [Part]
  /// Where it stands.
  let line: Int

  /// The value for a tensor at a part of the way through the layers; nil where there is none.
  func value(for name: String, at place: Double) -> MergeValue? {
    guard let part = parts.first(where: { $0.filter.map { name.contains($0) } ?? true }) else {
      return nil
    }
    guard part.isGradient else { return part.anchors.first }
    guard let last = part.anchors.indices.last else { return nil }
    let position = place * Double(last)
    let index = Int(position)
    let rest = position - Double(index)
    let (low, high) = (part.anchors[index], part.anchors[min(index + 1, last)])
    guard case .number(let first) = low, case .number(let second) = high else { return low }
    return .number((1 - rest) * first + rest * second)
  }
}
