internal import Checkpoints
internal import Diagnostics
internal import JSON
internal import LanguageModels
internal import Merging
internal import TensorCore

/// A checkpoint of a model whose units have free orders.
struct PermutableModel {
  let checkpoint: Checkpoint
  let symmetries: [ModelSymmetry]
  /// The tensors of floats by the names that the symmetries use.
  let tensors: [String: Tensor]
  /// How those that move change places, by name.
  let rearrangements: [String: Rearrangement]
  private let names: ModelNames

  /// Opens a model. Throws A01 to A03, M14 where no symmetry is known, and what reading throws.
  init(_ checkpoint: Checkpoint, _ configuration: JSONValue?) throws(Rejection) {
    self.checkpoint = checkpoint
    let stored = try checkpoint.computableTensors(.f32)
    let names = ModelNames(stored, configuration)
    self.names = names
    let tensors = Dictionary(
      stored.map { (names.own($0), $1) }, uniquingKeysWith: { first, _ in first })
    self.tensors = tensors
    symmetries = try LoadedModel(checkpoint, configuration: configuration).model.symmetries
    try Self.requireKnown(symmetries, at: checkpoint.place)
    rearrangements = Self.rearrangements(symmetries, tensors)
  }

  /// Throws M14 where there is no symmetry.
  static func requireKnown(_ symmetries: [ModelSymmetry], at place: Place) throws(Rejection) {
    guard symmetries.isEmpty else { return }
    throw Rejection(AlignmentRules.noSymmetry, "its architecture declares none", at: place)
  }

  private static func rearrangements(
    _ symmetries: [ModelSymmetry], _ tensors: [String: Tensor]
  ) -> [String: Rearrangement] {
    var axes: [String: [(place: PermutedAxis, count: Int, axis: AlignmentAxis)]] = [:]
    for (group, symmetry) in symmetries.enumerated() {
      func add(_ places: [PermutedAxis], _ level: AlignmentAxis.Level, _ count: Int) {
        for place in places {
          let axis = AlignmentAxis(group: group, level: level, width: place.width)
          axes[place.tensor, default: []].append((place, count, axis))
        }
      }
      add(symmetry.units, .units, symmetry.unitCount)
      add(symmetry.subunits, .subunits, symmetry.unitCount * symmetry.subunitCount)
    }
    var result: [String: Rearrangement] = [:]
    for (name, axes) in axes {
      guard let tensor = tensors[name] else { preconditionFailure("\(name) is of the model") }
      result[name] = Rearrangement(tensor.shape, axes)
    }
    return result
  }

  /// The groups of the symmetries.
  var groups: [AlignmentGroup] {
    symmetries.map {
      AlignmentGroup(unitCount: $0.unitCount, subunitCount: $0.subunitCount)
    }
  }

  /// The names that another model has too, in order, each of several that share elements in both
  /// once.
  func commonNames(with other: PermutableModel) -> [String] {
    var repeated: Set<String> = []
    return tensors.keys.sorted().filter { name in
      guard other.tensors[name] != nil, !repeated.contains(name) else { return false }
      repeated.formUnion(Set(shared(name)).intersection(other.shared(name)))
      return true
    }
  }

  /// The names of a tensor's elements.
  func shared(_ name: String) -> [String] {
    checkpoint.ties.map { $0.map(names.own) }.first { $0.contains(name) } ?? [name]
  }

  /// Throws M15 for tensors that move and whose elements are codes, share bytes with their
  /// neighbours, or are shared with a tensor that moves otherwise.
  func requireMovable() throws(Rejection) {
    for tensor in checkpoint.tensors where rearrangements[names.own(tensor.name)] != nil {
      let reason =
        if tensor.content.encoding != nil {
          "it is stored as codes"
        } else if tensor.dtype.byteWidth == nil {
          "\(tensor.dtype.rawValue) shares bytes"
        } else { nil as String? }
      guard let reason else { continue }
      throw Rejection(AlignmentRules.immovable, reason, at: checkpoint.place(of: tensor.name))
    }
    for tie in checkpoint.ties {
      let moves = tie.map { rearrangements[names.own($0)] }
      guard let index = moves.firstIndex(where: { $0 != moves[0] }) else { continue }
      throw Rejection(
        AlignmentRules.immovable, "it shares its elements with \(tie[0]), which moves otherwise",
        at: checkpoint.place(of: tie[index]))
    }
  }

  /// The checkpoint with the units in other orders; tensors are read when they are asked for.
  /// Expects a model that is movable.
  func rearranged(_ orders: [UnitOrder]) -> Checkpoint {
    var result = checkpoint
    for place in result.tensors.indices {
      let tensor = result.tensors[place]
      guard let rearrangement = rearrangements[names.own(tensor.name)],
        let width = tensor.dtype.byteWidth
      else { continue }
      result.tensors[place].content = .computed(
        ComputedTensor(tensor.dtype, tensor.shape, from: [tensor.content]) {
          (sink) throws(Rejection) in
          var bytes: [UInt8] = []
          try tensor.content.forEachChunk { (chunk) throws(Rejection) in
            chunk.withUnsafeBytes { bytes.append(contentsOf: $0) }
          }
          let moved = rearrangement.applied(to: bytes, elementWidth: width, orders)
          try sink(moved.span.bytes)
        })
    }
    return result
  }
}

extension Checkpoint {
  /// The file, where it is one.
  var place: Place { path.isEmpty ? .unknown : Place(file: path) }

  /// A tensor of it.
  func place(of tensor: String) -> Place {
    path.isEmpty ? Place(tensor: tensor) : Place(file: path, tensor: tensor)
  }
}
