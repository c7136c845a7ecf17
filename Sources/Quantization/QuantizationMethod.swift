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
