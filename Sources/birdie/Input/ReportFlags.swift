import ArgumentParser
import Diagnostics
import Files
import TensorCore

/// A report to look at.
struct ReportFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write a page about what compression cost, index.html and report.json, into this folder.",
      valueName: "folder"),
    completion: .directory)
  var report: String?

  @Option(
    help: ArgumentHelp(
      "Another run's report.json, to draw what bits buy.", valueName: "file"),
    completion: .file())
  var compare: [String] = []

  func validate() throws {
    guard compare.isEmpty || report != nil else {
      throw ValidationError("--compare means nothing without --report")
    }
  }

  /// The report that was asked for; throws, before anything is computed, what its folder and the
  /// reports that it is compared with will not allow.
  func output(overwrites: Bool) throws -> CompressionReport? {
    guard let report else { return nil }
    let target = OutputTarget(.folder, path: report, overwrites: overwrites)
    try target.check()
    return CompressionReport(target: target, others: try compare.map(RunPoint.init(path:)))
  }
}
