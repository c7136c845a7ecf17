import ArgumentParser
import Checkpoints
import Glibc
import JSON
import LanguageModels
import Merging
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
    "birdie methods merges",
  ]

  /// The lists there are.
  enum List: String, ExpressibleByArgument, CaseIterable {
    case formats, architectures, quantizers, merges
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
              list.lastKey: .string($0.reference),
            ]
          })
      ])
    }
    guard !output.quiet else { return }
    var table = Table([.left("id"), .left("title"), .left(list.lastKey)])
    for entry in entries { table.add([entry.id, entry.title, entry.reference]) }
    Data.write(table.rendered(with: Ink(for: STDOUT_FILENO)))
  }
}

extension Methods.List {
  /// What the last column is called.
  fileprivate var lastKey: String {
    switch self {
    case .formats, .architectures: "reference"
    case .quantizers: "options"
    case .merges: "parameters"
    }
  }

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
    case .merges:
      MergeMethods.all.map { method in
        (
          method.id, method.summary,
          method.parameters.map { "\($0.key) (\($0.standardText)): \($0.meaning)" }
            .joined(separator: "; ")
        )
      }
    }
  }
}

extension MergeParameter {
  /// What is taken where a recipe does not say.
  fileprivate var standardText: String {
    switch standard {
    case .number(let number): "\(number)"
    case .integer(let integer): "\(integer)"
    case .flag(let flag): "\(flag)"
    case nil: "required"
    }
  }
}
