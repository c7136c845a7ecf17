public import Diagnostics
public import TensorCore
internal import TensorOps

/// Which linear layers of a model read what: weights that read the same input share statistics.
public struct CalibrationLayers: Sendable {
  /// Weights with one input in common.
  public struct Group: Sendable {
    /// The names, in the order in which the model uses them.
    public internal(set) var weights: [String]
    /// How many channels the input has.
    public let width: Int
    /// How often a pass shows the input: more than once where layers are repeated.
    public internal(set) var showingCount = 1
    /// The bytes of the second moments.
    public var byteCount: Int { 8 * width * width }
  }

  /// In the order in which the model first uses them.
  public private(set) var groups: [Group] = []
  private var placeOfFirst: [String: Int] = [:]

  /// Finds the layers by a pass over one token, and keeps the weights that `isChosen` admits.
  /// Throws H01 where the statistics would not fit into the memory that may be used, and H02 where
  /// no layer is chosen.
  public init(
    of model: any LanguageModel<Tensor>, where isChosen: (_ weight: String) -> Bool
  ) throws(Rejection) {
    for group in Self.allGroups(of: model) {
      var chosen = group
      chosen.weights = group.weights.filter(isChosen)
      // Its first weight shows the input, whether it is chosen itself or not.
      guard !chosen.weights.isEmpty, let first = group.weights.first else { continue }
      placeOfFirst[first] = groups.count
      groups.append(chosen)
    }
    guard !groups.isEmpty else { throw Rejection(CalibrationRules.noLayer, "no weight matches") }
    let (limit, needed) = (MachineBudget.memoryByteCount, byteCount)
    guard needed <= limit else {
      throw Rejection(
        CalibrationRules.tooLarge,
        "\(needed) bytes for \(groups.count) inputs; at most \(limit) may be used")
    }
  }

  /// The bytes of all second moments.
  public var byteCount: Int {
    groups.reduce(0) { $0 + $1.byteCount }
  }

  private static func allGroups(of model: any LanguageModel<Tensor>) -> [Group] {
    var groups: [Group] = []
    var places: [String: Int] = [:]
    var last: Tensor?
    _ = model.logits([0]) { weight, input in
      defer { last = input }
      if let place = places[weight] {
        if groups[place].weights.first == weight { groups[place].showingCount += 1 }
        return
      }
      if let last, last.isSameMemory(as: input), !groups.isEmpty {
        groups[groups.count - 1].weights.append(weight)
      } else {
        groups.append(Group(weights: [weight], width: input.shape.dimensions.last ?? 1))
      }
      places[weight] = groups.count - 1
    }
    return groups
  }

  /// The group whose input `weight` shows; nil for all but the first weight of a group.
  func place(shownBy weight: String) -> Int? { placeOfFirst[weight] }
}
