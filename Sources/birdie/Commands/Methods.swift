import ArgumentParser
import Checkpoints
import Glibc
import JSON
import LanguageModels
import Quantization

/// `birdie methods`: which formats and algorithms does this build know?
struct Methods: Verb {
  static let configuration = CommandConfiguration(
    commandName: "methods",
    abstract: "Lists what this build knows, and where each method is defined.")

  static let examples = [
    "birdie methods formats",
    "birdie methods formats --json",
    "birdie methods architectures",
    "birdie methods quantizers",
  ]

  /// The lists there are.
  enum List: String, ExpressibleByArgument, CaseIterable {
    case formats, architectures, quantizers
  }

  @Argument(help: "Which list.")
  var list = List.formats

  @OptionGroup var output: OutputOptions

  func run() throws {
    let entries = list.entries
    if output.json {
      return Document.print([
        list.rawValue: .array(
          entries.map {
            [
              "id": .string($0.id), "title": .string($0.title),
              (list == .quantizers ? "options" : "reference"): .string($0.reference),
            ]
          })
      ])
    }
    guard !output.quiet else { return }
    let last = list == .quantizers ? "options" : "reference"
    var table = Table([.left("id"), .left("title"), .left(last)])
    for entry in entries { table.add([entry.id, entry.title, entry.reference]) }
    Data.write(table.rendered(with: Ink(for: STDOUT_FILENO)))
  }
}

extension Methods.List {
  /// What the list has, with a title and where each entry is defined.
  fileprivate var entries: [(id: String, title: String, reference: String)] {
    switch self {
    case .formats:
      // Containers first, then the layouts of compressed weights that some of them hold.
      CheckpointFormats.all.map { ($0.id, $0.title, $0.reference) }
        + GolfFamilies.all.map { ($0.id, $0.title, $0.reference) }
    case .architectures:
      Architectures.all.map { ($0.id, $0.summary, $0.reference) }
    case .quantizers:
      QuantizationMethods.all.map { method in
        (
          method.id, method.summary,
          method.options.map { "\($0.key) (\($0.standard)): \($0.meaning)" }
            .joined(separator: "; ")
        )
      }
    }
  }
}
