public import Diagnostics
public import Files
internal import Glibc
public import RecordFormats
internal import TensorCore

/// A folder that holds a record, and what its files say.
///
/// Nothing in it is run, no link in it is followed, and weights are not read.
public struct RecordFolder: Sendable {
  /// A description and where it lies.
  public struct Description: Sendable {
    /// The file.
    public let path: RecordPath
    /// What it says, or why it could not be read.
    public let content: Result<Submission, Rejection>
  }

  /// The folder as the user gave it.
  public let path: String
  /// Its name, links resolved.
  public let name: String
  /// The track that the folder around it names.
  public let track: TrackName?
  /// The files in the order of their paths.
  public let files: [RecordFile]
  /// What is in the folder and does not count.
  public let skipped: [SkippedEntry]
  /// The descriptions in the order of their paths.
  public let descriptions: [Description]
  /// The logs in the order of their paths.
  public let logs: [TrainingLog]

  /// Goes through a folder and reads its descriptions and logs; throws I05 where there is none and
  /// I04 where it is larger than a record.
  public init(scanning path: String) throws(Rejection) {
    let scanner = try FolderScanner(path)
    self.path = path
    let parts = Self.resolved(path).split(separator: "/").map(String.init)
    name = parts.last ?? "/"
    let around = parts.dropLast().last ?? ""
    track = around.hasPrefix("track_") ? TrackName(around) : nil
    files = scanner.files
    skipped = scanner.skipped
    descriptions = files.filter { $0.role == .submission }.map { file in
      Description(path: file.path, content: Self.read(file.path, in: path))
    }
    var logs: [TrainingLog] = []
    for file in files where file.role == .log {
      let mapping = try Self.open(file.path, in: path)
      logs.append(TrainingLog(path: file.path, mapping.bytes))
    }
    self.logs = logs
  }

  /// The description that stands for the record: submission.json, or else the first of the others.
  public var description: Description? {
    descriptions.first { $0.path.description == RecordFileName.submission } ?? descriptions.first
  }

  /// What the record claims; throws what is wrong with its description. One without a description
  /// claims nothing.
  public func submission() throws(Rejection) -> Submission {
    guard let description else { return Submission() }
    return try description.content.get()
  }

  /// The files of a role.
  public func files(_ role: FileRole) -> [RecordFile] { files.filter { $0.role == role } }

  /// The script that trains: train_gpt.py, or the only other one.
  public var script: RecordFile? {
    let scripts = files(.script)
    return scripts.first { $0.path.description == "train_gpt.py" }
      ?? (scripts.count == 1 ? scripts[0] : nil)
  }

  /// The bytes of the largest artifact and the script; nil unless both are there.
  public var foundByteCount: Int? {
    guard let script, let artifact = files(.artifact).map(\.byteCount).max() else { return nil }
    return script.byteCount + artifact
  }

  /// Opens one of its files; throws I06 where a link has taken its place.
  public func open(_ path: RecordPath) throws(Rejection) -> FileMapping {
    try Self.open(path, in: self.path)
  }

  static func open(_ path: RecordPath, in folder: String) throws(Rejection) -> FileMapping {
    try FileMapping(
      below: folder, components: path.components, orRefuse: RecordsRules.unsafePath)
  }

  private static func read(_ path: RecordPath, in folder: String) -> Result<Submission, Rejection> {
    do throws(Rejection) {
      let file = try open(path, in: folder)
      return .success(try Submission(parsing: file.bytes))
    } catch {
      return .failure(error.inside(Place(file: "\(folder)/\(path)")))
    }
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}
