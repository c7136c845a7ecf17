public import Diagnostics
internal import TensorCore

/// A tensor and what reading its values told about it.
public struct TensorInspection: Sendable {
  /// What can be computed from the values; each costs a pass over them.
  public struct Measurements: OptionSet, Sendable {
    /// The bits of the set.
    public let rawValue: Int
    /// Makes a set from its bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The SHA-256 of the decoded elements.
    public static let hash = Measurements(rawValue: 1)
    /// Smallest, largest, mean and so on.
    public static let statistics = Measurements(rawValue: 2)
    /// The bits that coders take.
    public static let entropy = Measurements(rawValue: 4)
  }

  /// The tensor.
  public let tensor: NamedTensor
  /// The SHA-256 of the decoded elements in hex; nil unless asked for, and without data.
  public let sha256: String?
  /// The statistics; nil unless asked for, without data, and for types without an order.
  public let statistics: TensorStatistics?
  /// The bits that coders take; nil unless asked for, and without data.
  public let entropy: TensorEntropy?
}

extension Checkpoint {
  /// Inspects some of its tensors; of several that are the same elements the values are read
  /// once. `progress` is told the decoded bytes of those that are done.
  public func inspected(
    _ chosen: [NamedTensor], _ measurements: TensorInspection.Measurements,
    progress: (_ done: Int) -> Void = { _ in }
  ) throws(Rejection) -> [TensorInspection] {
    var known: [ContentIdentity: TensorInspection] = [:]
    var (inspections, done) = ([TensorInspection](), 0)
    for tensor in chosen {
      let key = ContentIdentity(tensor.content)
      let found =
        if let key, let twin = known[key] { twin.renamed(tensor) } else {
          try locating(Place(file: path)) { () throws(Rejection) in
            try tensor.inspected(measurements)
          }
        }
      if let key { known[key] = found }
      inspections.append(found)
      done += tensor.decodedByteCount
      progress(done)
    }
    return inspections
  }
}

extension TensorInspection {
  /// The same for a tensor that is the same elements.
  fileprivate func renamed(_ tensor: NamedTensor) -> TensorInspection {
    TensorInspection(tensor: tensor, sha256: sha256, statistics: statistics, entropy: entropy)
  }
}

extension NamedTensor {
  /// Reads the values as often as `measurements` need it; not at all for an empty set.
  public func inspected(
    _ measurements: TensorInspection.Measurements
  ) throws(Rejection) -> TensorInspection {
    var sha256: String?
    var statistics: TensorStatistics?
    var entropy: TensorEntropy?
    try locating(Place(tensor: name)) { () throws(Rejection) in
      if case .absent = content { return }
      if measurements.contains(.hash) { sha256 = try content.sha256() }
      if measurements.contains(.statistics) { statistics = try content.statistics() }
      if measurements.contains(.entropy) { entropy = try self.entropy() }
    }
    return TensorInspection(
      tensor: self, sha256: sha256, statistics: statistics, entropy: entropy)
  }

  /// The bytes that the file spends on the tensor, before any compression of the whole: codes and
  /// scales for encoded ones, nothing for absent ones.
  public var storedByteCount: Int {
    switch content {
    case .encoded(let encoded):
      encoded.components.reduce(0) { $0 + $1.tensor.byteCount }
    case .coded(let tensor): tensor.storedByteCount
    case .absent: 0
    default: decodedByteCount
    }
  }

  /// The bytes of the decoded elements.
  public var decodedByteCount: Int { dtype.byteCount(elements: shape.elementCount) ?? 0 }
}
