import Checkpoints
import Diagnostics
import Merging
import TestSupport
import Testing

@testable import Recipes

/// Every recipe that becomes a plan has every parameter of its method for every tensor.
struct MergeParameterTests {
  private func expectAllValues(_ plan: MergePlan, _ name: String) {
    let parameters = plan.method.parameters
    let shared = parameters.filter { $0.scope == .shared }
    let own = parameters.filter { $0.scope == .ofInput }
    for item in plan.items {
      guard case .merged(let inputs, let base, let values, _) = item.making else { continue }
      for parameter in shared {
        #expect(values[parameter.key]?.kind == parameter.kind, "\(name): \(parameter.key)")
      }
      for (index, input) in inputs.enumerated() {
        // A base that others are told apart from has no parameters.
        guard plan.method.inputs.base == .ordinary || index != base else { continue }
        for parameter in own {
          #expect(input.values[parameter.key]?.kind == parameter.kind, "\(name): \(parameter.key)")
        }
      }
    }
  }

  @Test(arguments: MergeMethods.all.map(\.id))
  func `required parameters are enough for every method`(id: String) throws {
    let method = try #require(MergeMethods.named(id))
    let count = max(method.inputs.count.lowerBound, 2)
    let models = ["a", "b", "c"].prefix(min(count, method.inputs.count.upperBound))
    let base = method.inputs.base == .required ? "base_model: a\n" : ""
    let required = method.parameters.filter { $0.standard == nil }.map { parameter in
      parameter.kind == .integer ? "\(parameter.key): 2" : "\(parameter.key): 0.5"
    }
    let files: [MergeInputs.Statistics: String] = [.fisher: "base", .secondMoments: "moments"]
    let knowledge =
      method.inputs.statistics.flatMap { files[$0] }.map { ", statistics: \($0)" } ?? ""
    let evaluation = method.inputs.isSelective ? "evaluation: {tokens: t}" : ""
    let plan = try MergeWorld.plan(
      """
      merge_method: \(id)
      \(base)models: [\(models.map { "{model: \($0)\(knowledge)}" }.joined(separator: ", "))]
      parameters: {\(required.joined(separator: ", "))}
      \(evaluation)
      """)
    #expect(plan.items.count == 11)
    expectAllValues(plan, id)
  }

  @Test func `recipes that mergekit runs have all values`() throws {
    let folder = "merging/recipes"
    var planned = 0
    for name in try Fixtures.names(in: folder) where name.hasSuffix(".yml") {
      let text = String(decoding: try Fixtures.bytes("\(folder)/\(name)"), as: UTF8.self)
      let isRaw = text.hasPrefix("# mergekit-pytorch")
      let path = Fixtures.path("\(folder)/\(name)")
      guard let recipes = try? MergeRecipe.read(path: path, isRaw: isRaw) else { continue }
      for recipe in recipes {
        let checkpoints = recipe.models.compactMap { model in
          try? Checkpoint.open(Fixtures.path("merging/models/\(model.weights.path)"))
        }
        guard checkpoints.count == recipe.models.count,
          let run = try? MergeRun(recipe, checkpoints, raw: isRaw ? .same : nil, .keyed(seed: 0))
        else { continue }
        planned += 1
        expectAllValues(run.plan, name)
      }
    }
    #expect(planned >= 50)
  }

  @Test func `tens of thousands of models are refused at once`() throws {
    let models = (0..<20_000).map { "- model: m\($0)" }.joined(separator: "\n")
    let recipe = try MergeWorld.recipe("merge_method: linear\nmodels:\n\(models)")
    let model = MergeModel([:])
    let error = #expect(throws: Rejection.self) {
      try recipe.plan(Array(repeating: model, count: recipe.models.count))
    }
    #expect(error?.rule.id == "M04")
  }
}
