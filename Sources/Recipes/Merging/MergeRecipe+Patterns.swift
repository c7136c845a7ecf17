internal import Diagnostics
internal import Files

extension MergeRecipe {
  /// Puts the models that a pattern stands for in its place, numbers in their names counting as
  /// numbers: `run/step_*.pt` are the checkpoints of a run from the oldest to the latest. Patterns
  /// are looked for from the working folder, then from that of the recipe's file. Throws M04 where
  /// a model stands twice then, and M05 where nothing matches.
  mutating func expandPatterns(from file: String) throws(Rejection) {
    let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    for place in slices.indices {
      var sources: [Source] = []
      for source in slices[place].sources {
        sources += try Self.expanded(source, from: folder)
      }
      var seen: Set<ModelReference> = []
      for source in sources where !seen.insert(source.model).inserted {
        throw Rejection(
          MergeRules.inputs, "line \(source.line): the model \(source.model) stands twice")
      }
      slices[place].sources = sources
    }
  }

  private static func expanded(
    _ source: Source, from folder: String
  ) throws(Rejection) -> [Source] {
    let pattern = source.model.weights.path
    guard PathPattern.isPattern(pattern), FileIdentity(path: pattern) == nil else {
      return [source]
    }
    let candidates = [pattern, folder + pattern]
    guard let found = candidates.map(PathPattern.matches).first(where: { !$0.isEmpty }) else {
      throw Rejection(MergeRules.model, "line \(source.line): nothing matches \(pattern)")
    }
    guard source.statistics == nil || found.count == 1 else {
      throw Rejection(
        MergeRules.inputs,
        "line \(source.line): \(pattern) stands for \(found.count) models, and statistics are of "
          + "one")
    }
    return PathPattern.inNaturalOrder(found).map { path in
      var expanded = source
      expanded.model = ModelReference(
        .init(path: path, revision: source.model.weights.revision),
        adapter: source.model.adapter)
      return expanded
    }
  }
}
