public import Diagnostics
internal import Files
internal import RecordFormats
internal import TensorCore

/// A README.md for the Hub: front matter that it indexes, and a page that people read.
///
/// Every text of the record is escaped, in YAML and in Markdown, except the record's own README,
/// which is the author's page and follows below as it is.
public struct ModelCard: Sendable {
  /// Stands above the record's own README, so that a card made of a card keeps only that.
  static let boundary = "<!-- The record's own README follows. -->"
  /// A README of more bytes is not repeated.
  private static let longestReadme = 1 << 20

  /// What the record claims.
  let submission: Submission
  /// The record.
  let folder: RecordFolder
  /// What else the card says.
  let options: CardOptions
  /// The digests of the files but the card's own, in the order of their paths.
  public let digests: [ManifestFile]
  /// The record's own README, without front matter.
  let readme: String

  /// Reads what a card needs; throws what is wrong with the description, and F01, F04 and I06 where
  /// a file is not what it was when the folder was scanned.
  public init(_ folder: RecordFolder, options: CardOptions = CardOptions()) throws(Rejection) {
    self.folder = folder
    self.options = options
    submission = try folder.submission()
    var digests: [ManifestFile] = []
    // A card cannot contain its own digest.
    for file in folder.files where file.role != .readme && file.role != .manifest {
      digests.append(try ManifestFile(file, in: folder))
    }
    self.digests = digests
    readme = try Self.readme(of: folder)
  }

  private static func readme(of folder: RecordFolder) throws(Rejection) -> String {
    guard let file = folder.files(.readme).first, file.byteCount <= longestReadme else { return "" }
    let mapping = try folder.open(file.path)
    let text = mapping.bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    let lines = withoutControls(text).split(separator: "\n", omittingEmptySubsequences: false)[...]
    if let index = lines.lastIndex(where: { $0 == boundary }) {
      return trimmed(lines[(index + 1)...])
    }
    return trimmed(withoutFrontMatter(lines))
  }

  /// A page has no use for bytes that steer a terminal, on which a card may be printed.
  private static func withoutControls(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where scalar != "\r" {
      let isControl = scalar.properties.generalCategory == .control
      if !isControl || scalar == "\n" || scalar == "\t" { result.append(scalar) }
    }
    return String(result)
  }

  /// Front matter belongs at the head of a page; further down it would be shown as text.
  private static func withoutFrontMatter(_ lines: ArraySlice<Substring>) -> ArraySlice<Substring> {
    guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---")
    else { return lines }
    return lines[(end + 1)...]
  }

  private static func trimmed(_ lines: ArraySlice<Substring>) -> String {
    func isBlank(_ line: Substring) -> Bool { line.allSatisfy(\.isWhitespace) }
    var lines = lines.drop(while: isBlank)
    while let last = lines.last, isBlank(last) { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  /// The title: what the record is called, else its folder.
  var title: String { submission.name?.value ?? folder.name }

  /// The whole card.
  public var text: String { "---\n\(frontMatter)---\n\n\(body)" }
}
