public import Diagnostics
public import TensorCore
public import TensorOps

/// A tensor that an architecture wants.
public struct Parameter: Sendable, Equatable {
  /// Its name in the checkpoint.
  public let name: String
  /// Its extents.
  public let dimensions: [Int]

  /// Wants a tensor.
  public init(_ name: String, _ dimensions: [Int]) {
    self.name = name
    self.dimensions = dimensions
  }
}

/// The tensors of a model by name, known to be those that its architecture wants.
public struct Parameters<Value: TensorValue>: Sendable {
  private let values: [String: Value]
  /// The type that a model computes in; matrices may be stored in a narrower one.
  public let arithmetic: DType

  /// Checks that `tensors` are the `wanted` ones; A01 names every one that is missing, left over,
  /// misshapen or without elements. `unread` gives the reasons why some would not be read although
  /// the architecture knows them, `ignored` says which may be there without being used. The values
  /// are what `making` makes of them, constants for example.
  public init(
    _ tensors: [String: Tensor], wanted: [Parameter], arithmetic: DType,
    making: ValueMaker<Value>, unread: [String: String] = [:],
    ignoring ignored: (String) -> Bool = { _ in false }
  ) throws(Rejection) {
    var complaints: [String] = []
    var values: [String: Value] = [:]
    for parameter in wanted {
      guard let tensor = tensors[parameter.name] else {
        complaints.append("missing: \(parameter.name) \(parameter.dimensions)")
        continue
      }
      if let complaint = Self.complaint(about: tensor.shape.dimensions, parameter) {
        complaints.append(complaint)
      }
      // Vectors take part in sums and products, matrices only in products that widen them.
      let isMatrix = tensor.shape.rank > 1
      let value = making(parameter.name, tensor)
      values[parameter.name] = isMatrix ? value : value.cast(to: arithmetic)
    }
    let extra = tensors.keys.filter { values[$0] == nil && !ignored($0) }.sorted()
    complaints += extra.map { name in
      unread[name].map { "never read: \(name) (\($0))" } ?? "left over: \(name)"
    }
    guard complaints.isEmpty else {
      throw Rejection(ArchitectureRules.parameters, Self.summary(of: complaints))
    }
    self.values = values
    self.arithmetic = arithmetic
  }

  private static func complaint(about dimensions: [Int], _ parameter: Parameter) -> String? {
    guard dimensions == parameter.dimensions else {
      return "misshapen: \(parameter.name) is \(dimensions) and not \(parameter.dimensions)"
    }
    return dimensions.contains(0) ? "without elements: \(parameter.name) \(dimensions)" : nil
  }

  private static func summary(of complaints: [String]) -> String {
    let shown = complaints.prefix(12).joined(separator: "; ")
    return complaints.count > 12 ? shown + "; and \(complaints.count - 12) more" : shown
  }

  /// The tensor of a name that was wanted.
  public subscript(_ name: String) -> Value {
    guard let value = values[name] else { preconditionFailure("\(name) was not asked for") }
    return value
  }

  /// Rows of a matrix, in the type of the arithmetic.
  public func rows(_ name: String, _ indices: [Int]) -> Value {
    self[name].rows(indices).cast(to: arithmetic)
  }

  /// The tensor of a name that may not have been wanted.
  public subscript(ifWanted name: String) -> Value? { values[name] }
}
