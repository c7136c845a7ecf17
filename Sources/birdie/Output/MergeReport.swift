import Checkpoints
import Diagnostics
import Glibc
import JSON
import Merging
import Recipes
import TensorCore

/// What a merge makes of what, and what it wrote.
struct MergeReport {
  var plan: MergePlan
  let vocabulary: VocabularyPlan?
  let path: String
  /// The models that were tried where the method chooses among them.
  var trials: [GreedySoup.Trial] = []

  init(_ plan: MergePlan, _ vocabulary: VocabularyPlan?, path: String) {
    (self.plan, self.vocabulary, self.path) = (plan, vocabulary, path)
  }

  /// Prints the plan: each tensor with its inputs and their parameters.
  func explain(_ options: OutputOptions) {
    if options.json {
      var members: [(key: String, value: JSONValue)] = [("merge", summary)]
      if let vocabulary { members.append(("vocabulary", vocabulary.json)) }
      members.append(("tensors", .array(tensors)))
      return Document.print(members)
    }
    guard !options.quiet else { return }
    var table = Table([.left("tensor"), .left("type"), .left("made of")])
    for item in plan.items {
      table.add([item.name, item.dtype.rawValue, making(item)])
    }
    Data.write(table.rendered(with: Ink(for: STDOUT_FILENO)))
    if let vocabulary { Data.write(vocabulary.rendered) }
    Data.write(
      "\(plan.items.count) tensors, \(Quantity.grouped(byteCount)) bytes, by \(plan.method.id)\n")
  }

  /// Prints what was written.
  func print(_ done: ConversionReport, seconds: Double, _ options: OutputOptions) {
    let warnings = WarningReport(warnings: done.warnings)
    let achievement = "\(path) was written and is whole"
    if options.json {
      return Document.print(
        [
          "merge": summary, "output": ["path": .string(path), "bytes": .integer(byteCount)],
          "files": .array(done.files.map { .string($0.path) }), "seconds": JSONValue(seconds),
          "warnings": warnings.json,
        ], after: achievement)
    }
    warnings.print(unless: options.quiet)
    guard !options.quiet else { return }
    if !trials.isEmpty { Data.write(trialTable) }
    let size = Quantity.grouped(byteCount)
    Data.write(
      """
      merged    \(plan.items.count) tensors of \(plan.models.count) models by \(plan.method.id)
      wrote     \(path.printable), \(size) bytes in \(Quantity.seconds(seconds))

      """, after: achievement)
  }

  private var byteCount: Int {
    plan.items.reduce(0) { $0 + ($1.dtype.byteCount(elements: $1.shape.elementCount) ?? 0) }
  }

  private var summary: JSONValue {
    let trials: [(key: String, value: JSONValue)] =
      trials.isEmpty ? [] : [("trials", .array(trials.map(Self.json)))]
    return .object(
      [
        ("method", .string(plan.method.id)),
        ("models", .array(plan.models.map { .string($0.description) })),
        ("layers", plan.layerCount.map(JSONValue.integer) ?? .null),
        ("bytes", .integer(byteCount)),
      ] + trials)
  }

  private static func json(_ trial: GreedySoup.Trial) -> JSONValue {
    [
      "model": .string(trial.model.description), "loss": JSONValue(trial.loss),
      "mean_loss": trial.meanLoss.map { JSONValue($0) } ?? .null, "taken": .bool(trial.isTaken),
    ]
  }

  private var trialTable: String {
    var table = Table([
      .left("model"), .right("loss"), .right("mean with it"), .left("taken"),
    ])
    for trial in trials {
      table.add([
        trial.model.description, Quantity.measured(trial.loss),
        trial.meanLoss.map(Quantity.measured) ?? "", trial.isTaken ? "yes" : "no",
      ])
    }
    return table.rendered(with: Ink(for: STDOUT_FILENO))
  }

  private var tensors: [JSONValue] {
    plan.items.map { item in
      var members: [(key: String, value: JSONValue)] = [
        ("name", .string(item.name)), ("dtype", .string(item.dtype.rawValue)),
        ("shape", .array(item.shape.dimensions.map(JSONValue.integer))),
        ("bytes", .integer(item.dtype.byteCount(elements: item.shape.elementCount) ?? 0)),
      ]
      switch item.making {
      case .copied(let origin):
        members.append(("copied", Self.json(origin, plan)))
      case .merged(let inputs, let base, let shared, let dtype):
        members += [
          ("computed_in", .string(dtype.rawValue)), ("parameters", json(shared, .shared)),
          (
            "inputs",
            .array(
              inputs.enumerated().map { place, input in
                .object(
                  [
                    ("tensor", Self.json(input.origin, plan)), ("base", .bool(place == base)),
                    ("parameters", json(input.values, .ofInput)),
                    ("statistics", input.statistics.map { .string($0.name) } ?? .null),
                  ])
              })
          ),
        ]
      }
      return .object(members)
    }
  }

  private static func json(_ origin: MergePlan.Origin, _ plan: MergePlan) -> JSONValue {
    ["model": .string(plan.models[origin.model].description), "name": .string(origin.name)]
  }

  private func json(_ values: MergeValues, _ scope: MergeParameter.Scope) -> JSONValue {
    .object(
      plan.method.parameters.filter { $0.scope == scope }.compactMap { parameter in
        values[parameter.key].map { (parameter.key, Self.json($0)) }
      })
  }

  private static func json(_ value: MergeValue) -> JSONValue {
    switch value {
    case .number(let number): JSONValue(number)
    case .integer(let integer): .integer(integer)
    case .flag(let flag): .bool(flag)
    }
  }

  private func making(_ item: MergePlan.Item) -> String {
    switch item.making {
    case .copied(let origin):
      return "\(plan.models[origin.model].description): \(origin.name)"
    case .merged(let inputs, let base, let shared, let dtype):
      let parts = inputs.enumerated().map { place, input in
        let model = plan.models[input.origin.model].description
        let name = input.origin.name == item.name ? "" : ":\(input.origin.name)"
        return model + name + (place == base ? " (base)" : "")
          + (input.statistics == nil ? "" : " (with statistics)") + text(input.values, .ofInput)
      }
      return parts.joined(separator: " + ") + text(shared, .shared) + " in \(dtype.rawValue)"
    }
  }

  private func text(_ values: MergeValues, _ scope: MergeParameter.Scope) -> String {
    let words = plan.method.parameters.filter { $0.scope == scope }.compactMap { parameter in
      values[parameter.key].map { "\(parameter.key) \(Self.json($0).text())" }
    }
    return words.isEmpty ? "" : " [" + words.joined(separator: ", ") + "]"
  }
}
