internal import Diagnostics

/// A way to say how likely the symbols of a stream are. One conformer per file, one line in
/// `ProbabilityModels`.
protocol ProbabilityModel: Sendable {
  /// The name in reports.
  var id: String { get }
  /// The tables of all classes that a stream may use.
  func tables(_ alphabet: Alphabet, widthCount: Int) throws(Rejection) -> FrequencyTables
  /// Describes the model to a reader that knows the alphabet and the number of width classes.
  func write(to encoder: inout AdaptiveEncoder, _ alphabet: Alphabet)
  /// The number that tells a reader which kind of model follows.
  var number: Int { get }
}

/// Reads a model of any kind.
enum ProbabilityModels {
  static func read(
    _ number: Int, from decoder: inout AdaptiveDecoder, _ alphabet: Alphabet, widthCount: Int
  ) throws(Rejection) -> any ProbabilityModel {
    if number == 0 {
      return try HistogramModel(from: &decoder, alphabet, widthCount: widthCount)
    }
    return try MixtureModel(shapeCount: number, from: &decoder)
  }
}
