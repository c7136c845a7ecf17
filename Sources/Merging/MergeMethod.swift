public import Diagnostics
public import TensorCore

/// A way to combine the tensors that several models have under one name. One conformer, or one
/// family of them, per file under `Methods/`, one line in `MergeMethods`.
///
/// Formulas and the order of rounding of the methods that mergekit has are those of its version
/// 0.1.5, so that recipes written for it give the same numbers.
public protocol MergeMethod: Sendable {
  /// The name in recipes.
  var id: String { get }
  /// What it does, in one line, and where it was published.
  var summary: String { get }
  /// What can be said in recipes.
  var parameters: [MergeParameter] { get }
  /// Which inputs it takes.
  var inputs: MergeInputs { get }
  /// The type of the result of computing in a type with so many inputs.
  func resultType(_ dtype: DType, inputCount: Int) -> DType
  /// How many random numbers an input with these parameters takes.
  func drawCount(_ values: MergeValues, count: Int) -> Int
  /// Gives the bytes of the result's elements, in order, some at a time. Throws what reading and
  /// `take` throw, and M08 to M11 and M16 for what cannot be computed.
  func run(
    _ task: MergeTask, _ take: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection)
}

extension MergeMethod {
  /// None.
  public func drawCount(_: MergeValues, count _: Int) -> Int { 0 }
  /// The same.
  public func resultType(_ dtype: DType, inputCount _: Int) -> DType { dtype }
}

/// A method that is written once for float32 and float64.
protocol GenericMerge: MergeMethod {
  /// Goes over the inputs and gives the result.
  func merge<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection)
}

extension GenericMerge {
  func run(
    _ task: MergeTask, _ take: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    try withoutActuallyEscaping(take) { (take) throws(Rejection) in
      let type = resultType(task.dtype, inputCount: task.inputs.count)
      if task.dtype == .f64 {
        try merge(MergeWork<Double>(task, type, take))
      } else {
        try merge(MergeWork<Float>(task, type, take))
      }
    }
  }
}

/// Every method there is.
public enum MergeMethods {
  /// In the order of the documentation.
  public static let all: [any MergeMethod] =
    WeightedAverage.family + [
      Passthrough(), SphericalMerge(), NormalizedSphericalMerge(),
      MultiSphericalMerge(), KarcherMean(), ModelStock(), NearSwap(), SelectCalculateErase(),
      ReinforcedMerge.plain, ReinforcedMerge.growing, ArceeFusion(),
    ] + TaskArithmetic.family + [
      FisherMerge(), RegressionMean(), TaskSingularVectors(), IsotropicMerge.common,
      IsotropicMerge.commonAndTasks,
    ]

  /// The method of an id.
  public static func named(_ id: String) -> (any MergeMethod)? { all.first { $0.id == id } }
}
