import ArgumentParser
import Checkpoints
import Glibc

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
    let formats = CheckpointFormats.all
    if output.json {
      return Document.print([
        list.rawValue: .array(
          formats.map { format in
            [
              "id": .string(format.id), "title": .string(format.title),
              "reference": .string(format.reference),
            ]
          })
      ])
    }
    var table = Table([.left("id"), .left("title"), .left("reference")])
    for format in formats { table.add([format.id, format.title, format.reference]) }
    Data.write(table.rendered(with: Ink(for: STDOUT_FILENO)))
  }
}
