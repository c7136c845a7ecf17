public import Diagnostics
public import TensorCore

/// A way to write a matrix of floats as codes and what turns them into numbers. One conformer per
/// file under `Methods/`, one line in `QuantizationMethods`.
public protocol QuantizationMethod: Sendable {
  /// The name in recipes and on the command line.
  static var id: String { get }
  /// What it does, in one line, and where it was published.
  static var summary: String { get }
  /// The options, for help and recipes.
  static var options: [MethodOption] { get }
  /// Takes the options that are not at their defaults; throws Q05 for what they cannot be.
  init(_ options: inout OptionReader) throws(Rejection)
  /// Quantizes a weight. `step` multiplies the distance between neighbouring values, where the
  /// method is free to choose it: 1 is what its options say.
  func quantize(_ weight: Weight, step: Double) throws(Rejection) -> EncodedTensor
  /// What columns with steps of their own save against columns with one, in bits for each weight at
  /// high rates, told by the statistics alone; nil where a method has no such steps.
  func predictedGain(_ weight: Weight) throws(Rejection) -> Double?
  /// What is done to a weight otherwise than the options say.
  func notes(_ weight: Weight, step: Double) throws(Rejection) -> [MethodNote]
}

extension QuantizationMethod {
  /// None: columns have no steps of their own.
  public func predictedGain(_ weight: Weight) throws(Rejection) -> Double? { nil }
  /// Nothing: every weight is quantized as the options say.
  public func notes(_ weight: Weight, step: Double) throws(Rejection) -> [MethodNote] { [] }
}

/// What a method does to a weight otherwise than its options say, because it would not serve.
public enum MethodNote: String, Sendable, CaseIterable {
  /// Less than about a bit is left for a weight: integers, where a trellis was asked for.
  case integers
  /// Codes have no room for finer steps.
  case finestSteps = "finest-steps"
  /// A row's or a column's step would be more than sixteen times as far from the mean, or beyond
  /// the type's numbers.
  case limitedSteps = "limited-steps"

  /// What happened, in a few words.
  public var sentence: String {
    switch self {
    case .integers: "integers in place of a trellis: less than about a bit is left for a weight"
    case .finestSteps: "steps as fine as codes allow, which are coarser than asked for"
    case .limitedSteps: "steps of rows or columns kept within 16 times the mean and the type"
    }
  }
}

/// An option of a method, as help shows it.
public struct MethodOption: Sendable {
  /// The key in recipes.
  public let key: String
  /// The value that is taken where none is given.
  public let standard: String
  /// What it means, in which unit.
  public let meaning: String

  /// Describes an option.
  public init(_ key: String, _ standard: String, _ meaning: String) {
    self.key = key
    self.standard = standard
    self.meaning = meaning
  }
}

/// Every method there is.
public enum QuantizationMethods {
  /// In the order of the documentation.
  public static let all: [any QuantizationMethod.Type] = [
    TrellisFeedback.self, UniformFeedback.self, RoundToNearest.self, CleanRows.self,
    RecordRows.self, NearestCentroid.self, NormalFloat.self, HalfQuadratic.self,
    ActivationAware.self, LearnedRounding.self, MicroscalingFloat.self, BlackwellFloat.self,
    EightBitFloat.self, Ternary.self, Binary.self,
  ]
}
