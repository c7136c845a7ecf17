import ArgumentParser
import Diagnostics
import Files
import JSON
import RecordFormats
import Records
import TensorCore

/// `birdie card`: what does this record claim, does it hold together, and what should people read?
struct Card: Verb {
  static let configuration = CommandConfiguration(
    commandName: "card",
    abstract: "Writes the page of a record of the parameter-golf challenge, or checks the record.",
    discussion: """
      Reads the folder's description, logs and file names; runs nothing and follows no link. \
      Prints a README.md for the Hub, whose front matter it indexes. --check prints what the \
      challenge asks for and what contradicts, with exit status 1 when something is missing or \
      contradicts; --json the description in one spelling, and the same list.
      """)

  static let examples = [
    "birdie card records/track_10min_16mb/2026-03-17_NaiveBaseline --check",
    "birdie card . -o card.md --license mit",
    "birdie card . --json",
  ]

  @Argument(help: "The record's folder.", completion: .directory)
  var path: String

  @Flag(help: "Print the checklist instead of the card.")
  var check = false

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Write the card to this file instead of stdout.", valueName: "file"),
    completion: .file())
  var destination: String?

  @Option(help: ArgumentHelp("The id of the licence, such as `mit`.", valueName: "id"))
  var license: String?

  @Flag(help: "Replace an existing file.")
  var force = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard destination == nil || (!check && !output.json) else {
      throw ValidationError("-o takes the card, which --check and --json do not print")
    }
    guard !force || destination != nil else {
      throw ValidationError("--force means nothing without -o")
    }
    guard license == nil || (!check && !output.json) else {
      throw ValidationError("--license belongs to the card, which --check and --json do not print")
    }
  }

  func run() throws {
    let folder = try RecordFolder(scanning: path)
    guard check || output.json else { return try write(try card(of: folder)) }
    let list = RecordCheck(folder)
    if output.json {
      try printDocument(folder, list)
    } else if !output.quiet {
      Data.write(list.text())
    }
    guard !check || list.holds else { throw ExitCode(ExitStatus.difference.rawValue) }
  }

  private func card(of folder: RecordFolder) throws(Rejection) -> String {
    var options = CardOptions()
    options.license = license
    return try ModelCard(folder, options: options).text
  }

  private func write(_ card: String) throws {
    guard let destination else { return Data.write(card) }
    var file = try OutputFile(path: destination, overwrite: force)
    try file.append(Array(card.utf8))
    try file.commit()
  }

  private func printDocument(_ folder: RecordFolder, _ list: RecordCheck) throws {
    // A checklist can tell of a description that cannot be read; the description alone cannot.
    let submission: JSONValue
    if check, case .failure? = folder.description?.content {
      submission = .null
    } else {
      submission = try folder.submission().json
    }
    Document.print([
      "path": .string(path), "submission": submission,
      "files": .array(folder.files.map(\.json)), "check": list.json,
    ])
  }
}

extension RecordFile {
  fileprivate var json: JSONValue {
    [
      "path": .string(path.description), "bytes": .integer(byteCount),
      "role": .string(role.rawValue),
    ]
  }
}
