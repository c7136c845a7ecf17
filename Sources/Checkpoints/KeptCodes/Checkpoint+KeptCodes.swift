internal import Diagnostics
internal import TensorCore

extension Checkpoint {
  /// Makes encoded tensors of the codes and scales that `--codes keep` wrote, as the notes in the
  /// metadata say, and takes those notes out of the metadata.
  ///
  /// Throws S26 where a note contradicts the file, or leaves the parts as they are where the caller
  /// relaxed that rule, and C08 or C09 where the parts do not fit together.
  mutating func bindKeptCodes(audit: inout Audit) throws(Rejection) {
    let keys = metadata.keys.filter { $0.hasPrefix(EncodingNote.keyPrefix) }
    guard !keys.isEmpty else { return }
    var binding = CodeBinding(tensors)
    for key in keys {
      let name = String(key.dropFirst(EncodingNote.keyPrefix.count))
      do throws(Rejection) {
        try binding.bind(name, as: EncodingNote(parsing: metadata[key] ?? ""))
        metadata[key] = nil
      } catch  where error.rule == SafetensorsRules.encodingNote {
        try audit.enforce(error.rule, error.message, at: error.place.inside(Place(tensor: name)))
      } catch {
        throw error.inside(Place(tensor: name))
      }
    }
    tensors = try binding.tensors()
    ties = SafetensorsFormat.ties(in: metadata, among: tensors.map(\.name))
  }
}

/// Tensors of which some become parts of others.
private struct CodeBinding {
  private let parts: [NamedTensor]
  private let indices: [ExactText: Int]
  /// The encoded tensor that takes a part's place, by the position of its first part.
  private var bound: [Int: NamedTensor] = [:]
  private var used: Set<Int> = []

  init(_ parts: [NamedTensor]) {
    self.parts = parts
    indices = Dictionary(
      parts.enumerated().map { (ExactText($1.name), $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Makes one tensor of the parts that the note names; throws S26 when one is missing or taken.
  mutating func bind(_ name: String, as note: EncodingNote) throws(Rejection) {
    var components: [EncodedTensor.Component] = []
    var positions: [Int] = []
    for part in note.components {
      guard let index = indices[ExactText(part)], case .dense(let tensor) = parts[index].content
      else {
        throw Rejection(SafetensorsRules.encodingNote, "its part \(part) is not in the file")
      }
      guard !used.contains(index), !positions.contains(index) else {
        throw Rejection(SafetensorsRules.encodingNote, "its part \(part) is used twice")
      }
      positions.append(index)
      components.append(.init(name: part, tensor: tensor))
    }
    let whole = try note.tensor(of: components)
    used.formUnion(positions)
    bound[positions[0]] = NamedTensor(name: name, content: .encoded(whole))
  }

  /// The tensors after all; throws S26 when two have one name.
  func tensors() throws(Rejection) -> [NamedTensor] {
    var tensors: [NamedTensor] = []
    var names: Set<ExactText> = []
    for (index, part) in parts.enumerated() where bound[index] != nil || !used.contains(index) {
      let tensor = bound[index] ?? part
      guard names.insert(ExactText(tensor.name)).inserted else {
        throw Rejection(
          SafetensorsRules.encodingNote, "a tensor of the file has this name already",
          at: Place(tensor: tensor.name))
      }
      tensors.append(tensor)
    }
    return tensors
  }
}
