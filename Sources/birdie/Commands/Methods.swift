import ArgumentParser
import Checkpoints
import Glibc
import JSON

/// `birdie methods`: which formats and algorithms does this build know?
struct Methods: Verb {
  static let configuration = CommandConfiguration(
    commandName: "methods",
    abstract: "Lists what this build knows, and where each method is defined.")

  static let examples = [
    "birdie methods formats",
    "birdie methods formats --json",
  ]

  /// The lists there are.
  enum List: String, ExpressibleByArgument, CaseIterable {
    case formats
  }

  @Argument(help: "Which list.")
  var list = List.formats

  @OptionGroup var output: OutputOptions

  func run() throws {
    let entries = Self.formats
    if output.json {
      return Document.print([
        list.rawValue: .array(
          entries.map {
            [
              "id": .string($0.id), "title": .string($0.title),
              "reference": .string($0.reference),
            ]
          })
      ])
    }
    var table = Table([.left("id"), .left("title"), .left("reference")])
    for entry in entries { table.add([entry.id, entry.title, entry.reference]) }
    Data.write(table.rendered(with: Ink(for: STDOUT_FILENO)))
  }

  /// Containers first, then the layouts of compressed weights that some of them hold.
  private static var formats: [(id: String, title: String, reference: String)] {
    CheckpointFormats.all.map { ($0.id, $0.title, $0.reference) }
      + GolfFamilies.all.map { ($0.id, $0.title, $0.reference) }
  }
}
