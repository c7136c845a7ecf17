import Diagnostics
import TestSupport
import Testing

@testable import Recipes

struct ModelPatternTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    _ = try folder.makeFolder("run")
    for step in ["1000", "200", "30"] { _ = try folder.write("run/step_\(step).pt", []) }
  }

  private func models(_ text: String) throws(any Error) -> [String] {
    let path = try folder.write("recipe.yml", Array(text.utf8))
    return try MergeRecipe.read(path: path)[0].models.map { model in
      model.description.replacing(folder.path(""), with: "")
    }
  }

  @Test func `a pattern stands for the checkpoints of a run, the oldest first`() throws {
    let found = try models(
      "merge_method: lawa\nparameters: {latest: 2}\nmodels: [{model: 'run/step_*.pt'}]")
    #expect(found == ["run/step_30.pt", "run/step_200.pt", "run/step_1000.pt"])
  }

  @Test func `what a pattern stands for has its parameters and adapter`() throws {
    let found = try models(
      "merge_method: linear\nmodels: [{model: 'run/*+lora', parameters: {weight: 1}}]")
    #expect(
      found == ["run/step_30.pt+lora", "run/step_200.pt+lora", "run/step_1000.pt+lora"])
  }

  @Test(arguments: [
    ("[{model: 'run/none*'}]", "M05"), ("[{model: 'run/*'}, {model: 'run/*'}]", "M04"),
  ])
  func `patterns without a model, and models twice, are refused`(list: String, rule: String) throws
  {
    let error = #expect(throws: Rejection.self) {
      try models("merge_method: uniform_soup\nmodels: \(list)")
    }
    #expect(error?.rule.id == rule && error?.message.contains("line 2") == true)
  }
}
