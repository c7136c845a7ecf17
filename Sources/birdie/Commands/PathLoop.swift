import ArgumentParser
import Checkpoints
import Diagnostics
import JSON

/// Goes through the paths of one command line: one that fails keeps no other from its turn.
struct PathLoop {
  let paths: [String]
  let output: OutputOptions
  /// The key of the list under `--json` where there are several paths.
  let key: String

  /// The members of a path's JSON object, and the status the path alone would end with.
  typealias Outcome = (members: [(key: String, value: JSONValue)], status: ExitStatus)

  /// Reports on every path, then ends with the gravest status.
  ///
  /// A rejection of the only path is thrown on; of several it is printed, and is the path's entry.
  func run(_ report: (_ path: String, _ isFirst: Bool) throws(Rejection) -> Outcome) throws {
    var outcomes: [Outcome] = []
    for (index, path) in paths.enumerated() {
      do throws(Rejection) {
        outcomes.append(try report(path, index == 0))
      } catch {
        guard paths.count > 1 else { throw error }
        let lines = ErrorReport(error)
        lines.print(asJSON: false)
        outcomes.append(([("path", .string(path)), ("error", lines.json)], error.rule.status))
      }
    }
    if output.json { printDocument(outcomes) }
    let status = outcomes.map(\.status).max { $0.gravity < $1.gravity } ?? .done
    guard status == .done else { throw ExitCode(status.rawValue) }
  }

  private func printDocument(_ outcomes: [Outcome]) {
    if let only = outcomes.first, outcomes.count == 1 {
      Document.print(only.members)
    } else {
      Document.print([key: .array(outcomes.map { .object($0.members) })])
    }
  }
}

extension ExitStatus {
  /// What the status of several jobs goes by: danger before damage before a missing file.
  fileprivate var gravity: Int {
    switch self {
    case .done: 0
    case .difference: 1
    case .usage: 2
    case .noInput: 3
    case .unavailable, .tryAgain: 4
    case .cannotCreate, .inputOutput: 5
    case .badData: 6
    case .refused: 7
    case .interrupted: 8
    }
  }
}
