internal import Diagnostics
internal import TensorCore

/// How a difference from the base is thinned out before differences are added.
enum Sparsifier: Sendable {
  /// It stays.
  case none
  /// The largest stay (TIES: Yadav et al. 2023).
  case magnitude
  /// Some stay by chance (DARE: Yu et al. 2024).
  case random
  /// The largest and the smallest go (Davari and Belilovsky 2024).
  case outliers
  /// Some stay by chance, larger ones of a row more likely (DELLA: Deep et al. 2024).
  case graded

  /// The parameters of an input besides its weight.
  var parameters: [MergeParameter] {
    let density = MergeParameter("density", .ofInput, or: .number(1), "the part that stays")
    return switch self {
    case .none, .magnitude, .random: [density]
    case .outliers:
      [
        density,
        MergeParameter(
          "gamma", .ofInput, or: .number(0.01), "the part that goes because it is largest"),
      ]
    case .graded:
      [
        density,
        MergeParameter(
          "epsilon", .ofInput, or: .number(0.15),
          "how far the probability of the largest and the smallest is from the density"),
      ]
    }
  }

  /// The type that thinning computes in.
  func type(for dtype: DType) -> DType {
    switch self {
    case .random, .graded: dtype == .bf16 ? .bf16 : .f32
    default: dtype
    }
  }

  /// How many numbers are drawn for an input.
  func drawCount(_ values: MergeValues, count: Int) -> Int {
    let density = values.number("density")
    return switch self {
    case .random: density < 1 ? count : 0
    case .graded: density > 0 && density < 1 ? count : 0
    default: 0
    }
  }
}
