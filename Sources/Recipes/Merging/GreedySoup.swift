public import Checkpoints
public import Diagnostics
public import JSON
internal import LanguageModels
internal import Merging

/// The models with which the mean is best, found one by one (Wortsman et al. 2022, recipe 1): they
/// are tried from the best to the worst, and stay where the mean does not get worse.
public struct GreedySoup: Sendable {
  /// A model that was tried.
  public struct Trial: Sendable {
    /// Which one.
    public let model: ModelReference
    /// Its own loss, in nats per token.
    public let loss: Double
    /// That of the mean with it; nil of the first one, which is a mean by itself.
    public let meanLoss: Double?
    /// Whether it stayed.
    public let isTaken: Bool
  }

  /// The models from the best to the worst, equal ones in the order of the recipe.
  public let trials: [Trial]
  /// The recipe with those that stayed, in its own order.
  public let recipe: MergeRecipe

  /// Judges the models of a recipe, which has an evaluation, and means of them on the shards that
  /// `tokens` matches; `configuration` is that of all of them. What has no finite loss is the
  /// worst. `progress` is told how many of how many evaluations are done. Throws M03 to M06 and
  /// what opening models and tokens throws.
  public init(
    _ recipe: MergeRecipe, _ checkpoints: [Checkpoint], configuration: JSONValue?,
    tokens: String, raw: RawNames?, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(Rejection) {
    guard let evaluation = recipe.evaluation else {
      preconditionFailure("methods that choose come with an evaluation")
    }
    let models = recipe.models
    var done = 0
    func loss(_ chosen: Set<ModelReference>) throws(Rejection) -> Double {
      defer {
        done += 1
        progress(done, 2 * models.count - 1)
      }
      let kept = zip(models, checkpoints).filter { chosen.contains($0.0) }.map(\.1)
      let run = try MergeRun(recipe.keeping(chosen), kept, raw: raw, .keyed(seed: 0))
      let model = try LoadedModel(try run.checkpoint(), configuration: configuration)
      do throws(Rejection) {
        return try evaluation.loss(of: model, on: tokens)
      } catch {
        guard error.rule.id == EvaluationRules.notFinite.id else { throw error }
        return .infinity
      }
    }
    var own: [(place: Int, loss: Double)] = []
    for (place, model) in models.enumerated() { own.append((place, try loss([model]))) }
    own.sort { ($0.loss, $0.place) < ($1.loss, $1.place) }
    guard own[0].loss.isFinite else {
      throw Rejection(EvaluationRules.notFinite, "no model has a finite loss")
    }
    var chosen: Set<ModelReference> = []
    var best = Double.infinity
    var trials: [Trial] = []
    for (place, single) in own {
      let model = models[place]
      let mean = chosen.isEmpty ? nil : try loss(chosen.union([model]))
      let isTaken = (mean ?? single) <= best
      if isTaken {
        chosen.insert(model)
        best = mean ?? single
      }
      trials.append(Trial(model: model, loss: single, meanLoss: mean, isTaken: isTaken))
    }
    self.trials = trials
    self.recipe = recipe.keeping(chosen)
  }
}

extension MergeRecipe {
  /// The recipe with some of its models alone.
  fileprivate func keeping(_ chosen: Set<ModelReference>) -> MergeRecipe {
    var recipe = self
    for place in recipe.slices.indices {
      recipe.slices[place].sources.removeAll { !chosen.contains($0.model) }
    }
    return recipe
  }
}

extension MergeEvaluation {
  /// The mean loss of a model in nats per token. Throws what opening and reading tokens throws, and
  /// E01 to E09.
  fileprivate func loss(
    of loaded: LoadedModel, on tokens: String
  ) throws(Rejection) -> Double {
    let length = min(sequenceLength, loaded.model.maximumLength ?? .max)
    let shards = try TokenShards(
      matching: tokens, vocabularySize: loaded.model.vocabularySize)
    let available = min(maximumTokenCount, shards.tokenCount)
    // A target comes after the last input.
    let count = available > length ? (available - 1) / length * length + 1 : available
    return try Evaluation(
      of: loaded.model, on: shards.prefix(count), mode: .fixed(length: length),
      bytes: { (targets) throws(Rejection) in targets.count }
    ).loss
  }
}
