internal import Checkpoints
internal import Diagnostics
internal import JSON
public import LanguageModels
internal import TensorCore

/// A change of weights before they are quantized that leaves what the model computes as it is. One
/// conformer per file, one line in `ModelTransforms`.
public protocol ModelTransform: Sendable {
  /// The name in recipes.
  static var id: String { get }
  /// What it does, in one line, and where it was published.
  static var summary: String { get }
  /// Without options: what is drawn is drawn alike for every model, so that it can be done again.
  init()
  /// Changes the matrices of a freedom if it is one that the transform uses; `number` tells it from
  /// others.
  func apply(_ freedom: ModelFreedom, number: Int, to matrices: inout FreedomMatrices) -> Bool
}

/// Every transform there is.
public enum ModelTransforms {
  /// In the order in which recipes apply them.
  public static let all: [any ModelTransform.Type] = [SizeOrder.self, RandomHadamard.self]
}

/// The matrices that a freedom speaks of, row by row.
public struct FreedomMatrices: Sendable {
  /// Elements with the count of columns, by the model's names.
  var matrices: [String: (elements: [Float], columns: Int)] = [:]
}

extension Checkpoint {
  /// The checkpoint after transforms, of which every one uses each freedom of its model that it
  /// can. Throws R02 for an unknown id, R04 where a transform finds nothing to change, and what
  /// opening the model and reading tensors throws.
  func transformed(
    by ids: [String], configuration: JSONValue?
  ) throws(Rejection) -> Checkpoint {
    guard !ids.isEmpty else { return self }
    let model = try LoadedModel(self, configuration: configuration).model
    let names = ModelNames(try computableTensors(.f32), configuration)
    let places = Dictionary(
      tensors.indices.map { (names.own(tensors[$0].name), $0) },
      uniquingKeysWith: { first, _ in first })
    var result = self
    for type in try ids.map({ (id) throws(Rejection) in try ModelTransforms.named(id) }) {
      var count = 0
      for (number, freedom) in model.freedoms.enumerated() {
        // A matrix may be part of a bank, or of another type.
        guard var matrices = try result.matrices(of: freedom, places),
          type.init().apply(freedom, number: number, to: &matrices)
        else { continue }
        count += 1
        try result.replace(matrices, places)
      }
      guard count > 0 else {
        throw Rejection(
          RecipeRules.noFreedom, "\(type.id): the model has no such freedom", at: Place(file: path))
      }
    }
    return result
  }

  private func matrices(
    of freedom: ModelFreedom, _ places: [String: Int]
  ) throws(Rejection) -> FreedomMatrices? {
    var result = FreedomMatrices()
    for name in freedom.names {
      guard let place = places[name], 1...2 ~= tensors[place].shape.rank,
        tensors[place].content.encoding == nil, [.f32, .bf16, .f16].contains(tensors[place].dtype),
        // What other names share would have to change with every one of them.
        !ties.contains(where: { $0.contains(tensors[place].name) })
      else { return nil }
      // A vector is a column.
      let shape = tensors[place].shape
      result.matrices[name] = (
        try tensors[place].floats(), shape.rank == 2 ? shape[1] : 1
      )
    }
    return result
  }

  private mutating func replace(
    _ matrices: FreedomMatrices, _ places: [String: Int]
  ) throws(Rejection) {
    for (name, matrix) in matrices.matrices {
      guard let place = places[name] else { continue }
      let changed = NamedTensor(
        name: tensors[place].name,
        content: .dense(Tensor(matrix.elements, .f32, tensors[place].shape)))
      let dtype = tensors[place].dtype
      tensors[place].content =
        dtype == .f32 ? changed.content : .dense(try changed.cast(to: dtype))
    }
  }
}

extension ModelTransforms {
  /// The transform of an id; throws R02.
  static func named(_ id: String) throws(Rejection) -> any ModelTransform.Type {
    guard let type = all.first(where: { $0.id == id }) else {
      let ids = all.map { $0.id }.joined(separator: ", ")
      throw Rejection(RecipeRules.unknownKey, "there is no transform \(id), but \(ids)")
    }
    return type
  }
}

extension ModelFreedom {
  /// The names of its matrices.
  fileprivate var names: [String] {
    switch self {
    case .hiddenUnits(let producers, let consumer): producers + [consumer]
    case .headValues(let values, let output, _, _): [values, output]
    case .heads(let queries, let keys, let output, _, _): queries + keys + [output]
    }
  }
}
