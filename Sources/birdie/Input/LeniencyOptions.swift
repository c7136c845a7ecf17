import ArgumentParser
import Checkpoints
import Diagnostics

/// Which rules the reader reports instead of enforcing.
struct LeniencyOptions: ParsableArguments {
  @Option(
    name: .customLong("lenient"),
    help: ArgumentHelp(
      "Report a breach of this rule as a warning instead of refusing the file.",
      valueName: "rule"),
    completion: .list(Rules.all.filter(\.isRelaxable).map(\.id)))
  var relaxed: [String] = []

  /// The ids as the rules spell them.
  var rules: Set<String> { Set(relaxed.map { $0.uppercased() }) }

  /// Opens a checkpoint and compares the checksums of what it holds; throws what that throws.
  func verifiedCheckpoint(at path: String) throws -> Checkpoint {
    var checkpoint = try Checkpoint.open(path, leniency: rules)
    checkpoint.warnings += try PayloadVerification(of: checkpoint).warnings()
    return checkpoint
  }

  func validate() throws {
    for id in relaxed {
      guard let rule = Rules.named(id) else {
        throw ValidationError("--lenient \(id): no such rule\(Rules.suggestion(for: id))")
      }
      guard rule.isRelaxable else {
        throw ValidationError("--lenient \(rule.id): this rule is never relaxed: \(rule.title)")
      }
    }
  }
}
