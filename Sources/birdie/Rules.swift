import Checkpoints
import Diagnostics
import LanguageModels
import Merging
import Publishing
import Quantization
import Recipes
import Records
import Signatures
import WeightHub
import WeightHubServer
import Xet

/// Every rule that an error can name, for `birdie explain`.
enum Rules {
  /// The rules by subject, in the order of the layers.
  static let all =
    CommandRules.all + ReadingRules.all + LanguageModelRules.all + ArchitectureRules.all
    + EvaluationRules.all + CalibrationRules.all + QuantizationRules.all + RecipeRules.all
    + MergeRules.all + MergingRules.all + AlignmentRules.all + AdapterRules.all
    + XetRules.all + SignaturesRules.all + RecordsRules.all + WeightHubRules.all
    + WeightHubServerRules.all + PublishingRules.all

  /// The ids of the rules that never stop a command.
  static let warningsOnly: Set = [
    "C04", "C13", "F05", "F08", "F09", "G11", "T14", "T21", "T22", "Z15", "Z17", "Z18",
  ]

  /// The rule with this id, in any case.
  static func named(_ id: String) -> Rule? {
    let id = id.uppercased()
    return all.first { $0.id.uppercased() == id }
  }

  /// `; did you mean Z04?`, or nothing when no id is near.
  static func suggestion(for id: String) -> String {
    NearestName.to(id, among: all.map(\.id)).map { "; did you mean \($0)?" } ?? ""
  }
}
