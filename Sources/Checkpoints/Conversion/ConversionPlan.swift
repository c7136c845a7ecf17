internal import Diagnostics
internal import Files
internal import JSON
internal import TensorCore

/// What will be written, settled before the first byte: names, types, order, metadata.
struct ConversionPlan {
  /// One tensor of the output.
  struct Item {
    let name: String
    let dtype: DType
    let shape: Shape
    let content: TensorContent
    /// Its name in the input, with which the names of its parts may begin.
    let source: String

    /// The bytes it takes.
    var byteCount: Int { dtype.byteCount(elements: shape.elementCount) ?? 0 }
  }

  private(set) var items: [Item] = []
  private(set) var metadata: TextMap
  private let hasEmptyMetadata: Bool
  /// Keys of the input that are left out, for a reader would take them for notes on codes.
  private let strayNotes: [String]
  /// Dropped name → kept name.
  private(set) var droppedTies: TextMap = [:]
  /// Names of the output that the input only notes.
  private var noted: Set<ExactText> = []
  /// What tells this output from others, where a run that was killed is to be gone on with.
  let resumeKey: String?
  /// Small files beside the weights.
  let companions: [(name: String, content: [UInt8])]
  let stem: String
  /// Groups of the output's names that share elements.
  private(set) var ties: [[String]] = []

  init(_ checkpoint: Checkpoint, _ options: ConversionOptions) throws(Rejection) {
    metadata = checkpoint.metadata
    strayNotes = metadata.keys.filter { $0.hasPrefix(EncodingNote.keyPrefix) }
    for key in strayNotes { metadata[key] = nil }
    options.notes.write(to: &metadata)
    (resumeKey, companions) = (options.resumeKey, options.companions)
    stem = options.stem
    hasEmptyMetadata = checkpoint.hasEmptyMetadata
    var renamed: [ExactText: String] = [:]
    let wanted = options.patterns.map(NameGlob.init)
    for tensor in checkpoint.tensors where wanted.admit(tensor.name) {
      let name = options.renamings.reduce(tensor.name) { $1.applied(to: $0) }
      renamed[ExactText(tensor.name)] = name
      try locating(Place(tensor: tensor.name)) { () throws(Rejection) in
        try add(name, tensor.content, options, source: tensor.name)
      }
    }
    guard !items.isEmpty || wanted.isEmpty else {
      throw Rejection(TorchRules.noTensors, "no tensor's name matches \(options.patterns)")
    }
    try restoreTies(of: checkpoint, &renamed, options)
    try checkNames()
    ties = checkpoint.ties.map { $0.compactMap { renamed[ExactText($0)] } }.filter { $0.count > 1 }
  }

  /// Gives tensors the second names that the input only notes in its metadata: a file that can
  /// share bytes gets them back, another notes them again, under the names of the output.
  private mutating func restoreTies(
    of checkpoint: Checkpoint, _ renamed: inout [ExactText: String], _ options: ConversionOptions
  ) throws(Rejection) {
    let listed = Dictionary(
      checkpoint.tensors.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    for group in checkpoint.ties {
      guard let first = group.first, let kept = listed[ExactText(first)] else { continue }
      for alias in group where listed[ExactText(alias)] == nil {
        metadata[alias] = nil
        // What --tensors leaves out has no second name either.
        guard let target = renamed[ExactText(first)] else { continue }
        let name = options.renamings.reduce(alias) { $1.applied(to: $0) }
        guard ExactText(name) != ExactText(target) else { continue }
        if kept.content.encoding != nil, options.codes == .keep {
          metadata[name] = target
          continue
        }
        renamed[ExactText(alias)] = name
        noted.insert(ExactText(name))
        try add(name, kept.content, options, source: kept.name)
      }
    }
  }

  private mutating func add(
    _ name: String, _ content: TensorContent, _ options: ConversionOptions, source: String
  ) throws(Rejection) {
    if options.keepsCodesInPlace, content.encoding != nil {
      return append(name, content, options, source: source)
    }
    var content = content
    if options.codes == .keep, content.encoding != nil { content = try content.resolved() }
    guard case .encoded(let encoded) = content else {
      if case .absent = content {
        throw Rejection(
          TorchRules.notRepresentable,
          "the tensor has no data (device meta), which no format can hold: save it with its weights"
        )
      }
      return append(name, content, options, source: source)
    }
    if options.codes == .automatic, encoded.encoding.asksForPolicy {
      throw Rejection(
        TorchRules.notRepresentable,
        "a quantized tensor (\(encoded.encoding.kind)): say --codes decode to write numbers, or "
          + "--codes keep to write codes and scales")
    }
    guard options.codes == .keep else { return append(name, content, options, source: source) }
    keep(encoded, of: name, options)
  }

  /// Writes the parts of a tensor, and a note that says how they become numbers.
  private mutating func keep(
    _ encoded: EncodedTensor, of name: String, _ options: ConversionOptions
  ) {
    var names: [String] = []
    for component in encoded.components {
      // PyTorch's quantized tensors do not name their parts; artifacts name each as it is stored.
      let isNamed = !(encoded.encoding is AffineCodes) || component.name.contains(".")
      let part =
        isNamed
        ? options.renamings.reduce(component.name) { $1.applied(to: $0) }
        : "\(name).\(component.name)"
      names.append(encoded.components.count == 1 ? name : part)
    }
    for (part, component) in zip(names, encoded.components) {
      items.append(
        Item(
          name: part, dtype: component.tensor.dtype, shape: component.tensor.shape,
          content: .dense(component.tensor), source: component.name))
    }
    metadata[EncodingNote.keyPrefix + name] = encoded.note(components: names)
  }

  private mutating func append(
    _ name: String, _ content: TensorContent, _ options: ConversionOptions, source: String
  ) {
    let dtype = options.floats.target(of: content.dtype)
    items.append(
      Item(name: name, dtype: dtype, shape: content.shape, content: content, source: source))
  }

  private func checkNames() throws(Rejection) {
    var seen: Set<ExactText> = []
    for item in items where !seen.insert(ExactText(item.name)).inserted {
      throw Rejection(
        TorchRules.nameCollision, "two tensors would be called \(item.name)",
        at: Place(tensor: item.name))
    }
  }

  /// Leaves out all but one name of each tie, as the ecosystem does: the name that sorts first of
  /// those that the input has tensors for stays, and the metadata says which tensor the others are.
  /// A name that the metadata need for something else stays too.
  mutating func dropTies() {
    var dropped: Set<ExactText> = []
    for group in ties {
      let stored = group.filter { !noted.contains(ExactText($0)) }
      let kept = stored.min { $0.utf8.lexicographicallyPrecedes($1.utf8) } ?? group[0]
      for name in group
      where ExactText(name) != ExactText(kept) && droppedTies[name] == nil
        && metadata[name] == nil && name != "format"
      {
        droppedTies[name] = kept
        dropped.insert(ExactText(name))
      }
    }
    items.removeAll { dropped.contains(ExactText($0.name)) }
    for (name, kept) in droppedTies { metadata[name] = kept }
  }

  /// Warns of the input's metadata that no output can keep (F08).
  func reportStrayNotes(at place: Place, audit: inout Audit) {
    guard let first = strayNotes.first else { return }
    audit.warn(
      FileRules.droppedMetadata,
      "\(strayNotes.count) keys would be taken for notes on codes, the first \(first)", at: place)
  }

  /// Throws T13 for a type that safetensors lacks.
  func requireSafetensorsTypes() throws(Rejection) {
    for item in items where !item.dtype.isInSafetensors {
      let advice =
        item.dtype.isConvertibleFloat ? "--to pytorch or another --dtype" : "--to pytorch"
      throw Rejection(
        TorchRules.notRepresentable,
        "safetensors has no type \(item.dtype.rawValue): choose \(advice)",
        at: Place(tensor: item.name))
    }
  }

  /// Marks the output as PyTorch's, which readers of safetensors ask for.
  mutating func markFormat() {
    if metadata["format"] == nil { metadata["format"] = "pt" }
  }

  /// The metadata for a safetensors header: an empty section only where the input has one.
  var headerMetadata: TextMap? {
    metadata.isEmpty && !hasEmptyMetadata ? nil : metadata
  }

  /// The bytes of all tensors.
  var byteCount: Int { items.reduce(0) { $0 + $1.byteCount } }
}

extension FloatPolicy {
  /// The type that elements of `dtype` are written in.
  func target(of dtype: DType) -> DType {
    guard self != .keep, dtype.isConvertibleFloat else { return dtype }
    switch self {
    case .keep: return dtype
    case .f32: return .f32
    case .f16: return .f16
    case .bf16: return .bf16
    }
  }
}
