internal import Diagnostics
internal import TensorCore

/// Weighted differences from a base, each thinned out, added to it; with signs that the sum votes
/// for where that is wanted (Ilharco et al. 2023; Yadav et al. 2023).
struct TaskArithmetic: GenericMerge {
  /// The name in recipes.
  let id: String
  /// What it does.
  let summary: String
  /// What thins out the differences.
  let sparsifier: Sparsifier
  private let elects: Bool
  private let normalizes: Bool
  private let rescales: Bool

  /// What can be said in recipes.
  var parameters: [MergeParameter] {
    [MergeParameter("weight", .ofInput, required: .number, "of a difference")]
      + sparsifier.parameters + [
        MergeParameter(
          "normalize", .shared, or: .flag(normalizes),
          "divide by the sum of the weights of what takes part"),
        MergeParameter(
          "rescale", .shared, or: .flag(rescales),
          "keep the sum of the absolute values of a difference that is thinned out"),
        MergeParameter("lambda", .shared, or: .number(1), "a factor of the sum"),
        MergeParameter("int8_mask", .shared, or: .flag(false), "without effect"),
      ]
  }

  /// A base, and any number of others.
  let inputs = MergeInputs(.required, 1...MergeInputs.most)

  /// The methods that differ in what is thinned out and whether signs are elected.
  static let family: [any MergeMethod] = [
    TaskArithmetic(
      id: "task_arithmetic", summary: "differences from a base, added (Ilharco et al. 2023)",
      sparsifier: .none, elects: false, normalizes: false, rescales: false),
    TaskArithmetic(
      id: "ties", summary: "the largest differences of an elected sign (Yadav et al. 2023)",
      sparsifier: .magnitude, elects: true, normalizes: true, rescales: false),
    TaskArithmetic(
      id: "dare_linear", summary: "differences that stay by chance, added (Yu et al. 2024)",
      sparsifier: .random, elects: false, normalizes: false, rescales: true),
    TaskArithmetic(
      id: "dare_ties", summary: "differences that stay by chance, of an elected sign",
      sparsifier: .random, elects: true, normalizes: false, rescales: true),
    TaskArithmetic(
      id: "breadcrumbs",
      summary: "differences without the largest and smallest (Davari and Belilovsky 2024)",
      sparsifier: .outliers, elects: false, normalizes: false, rescales: false),
    TaskArithmetic(
      id: "breadcrumbs_ties",
      summary: "differences without the largest and smallest, of an elected sign",
      sparsifier: .outliers, elects: true, normalizes: false, rescales: false),
    TaskArithmetic(
      id: "della",
      summary: "differences that stay by chance and rank, of an elected sign (Deep et al. 2024)",
      sparsifier: .graded, elects: true, normalizes: true, rescales: true),
    TaskArithmetic(
      id: "della_linear", summary: "differences that stay by chance and rank, added",
      sparsifier: .graded, elects: false, normalizes: false, rescales: true),
  ]

  func drawCount(_ values: MergeValues, count: Int) -> Int {
    sparsifier.drawCount(values, count: count)
  }

  /// b + λ Σ wᵢ sᵢ, or of those that have the sign of the sum, divided by the weights that take
  /// part where that is wanted. Each step is rounded.
  func merge<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection) {
    let task = work.task
    guard let base = task.base else { preconditionFailure("the method has a base") }
    let others = task.others
    var sieves = try Sieves(work, sparsifier, rescales: task.shared.flag("rescale"))
    let weights = others.map { place -> Real in
      var weight = Real(task.inputs[place].values.number("weight"))
      Real.round(&weight, 1, to: task.dtype)
      return weight
    }
    let sum = WeightedSum(
      weights: weights, elects: elects, normalizes: task.shared.flag("normalize"),
      factor: Real(task.shared.number("lambda")), dtype: task.dtype)
    let choices = sieves.all
    try work.write(
      sieves.spans, perThread: sieves.perThread, scratch: others.count + 3,
      prepare: { sieves.part($0) },
      { block, part in
        let terms = Array(block.scratch.prefix(others.count))
        for (index, place) in others.enumerated() {
          block.combine(.subtract, block.inputs[place], block.inputs[base], into: terms[index])
          choices[index].apply(to: terms[index], in: block, &part, index)
          block.scale(terms[index], by: weights[index], into: terms[index])
        }
        sum.add(terms, to: block.inputs[base], block)
      })
  }
}
