public import Diagnostics
internal import GRDB
internal import Glibc
internal import TextCoding

/// A Hub in a folder: repositories, their commits, and the contents of their files.
///
/// The folder holds `hub.sqlite`, which says what there is, and `packs/`, where the bytes are. One
/// process at a time has it.
public final class Hub: Sendable {
  let database: DatabasePool
  let contents: ContentStore
  /// What a client's notes on uploaded chunks are good for: another one after any were removed.
  let instance: String
  /// What signs permissions that are handed out.
  let secret: [UInt8]
  private let lock: FolderLock

  /// What becomes of a folder that is new or empty.
  public enum Beginning: Sendable {
    /// It becomes a Hub.
    case allowed
    /// It is none, and stays as it is.
    case refused
  }

  /// Opens the Hub of a folder, or begins one. Throws Y01 for a folder of something else, Y02, and
  /// Y06 where another process has it.
  public init(root: String, beginning: Beginning = .allowed) throws(Rejection) {
    let path = root + "/hub.sqlite"
    if access(path, F_OK) != 0 { try Self.begin(root, beginning) }
    lock = try FolderLock(of: root)
    do {
      database = try DatabasePool(path: path, configuration: Self.configuration)
      try Schema.migrator.migrate(database)
      (instance, secret) = try database.write { database in
        (
          try Setting.text("instance", in: database),
          Array(try Setting.text("secret", in: database).utf8)
        )
      }
    } catch {
      throw StorageFailure.rejection(error).inside(Place(file: path))
    }
    contents = ContentStore(database, try PackFolder(path: root + "/packs"))
    try contents.packs.removePartials()
  }

  private static func begin(_ root: String, _ beginning: Beginning) throws(Rejection) {
    guard beginning == .allowed else {
      throw Rejection(
        WeightHubServerRules.foreignFolder, "there is no hub.sqlite", at: Place(file: root))
    }
    guard mkdir(root, 0o700) == 0 || errno == EEXIST else {
      throw StorageFailure.rejection("cannot make the folder", root)
    }
    guard FolderLock.isEmpty(root) else {
      throw Rejection(
        WeightHubServerRules.foreignFolder, "it holds files, and no hub.sqlite",
        at: Place(file: root))
    }
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(30)
    configuration.maximumReaderCount = 16
    configuration.prepareDatabase { database in
      // A commit that was acknowledged survives a loss of power.
      try database.execute(sql: "PRAGMA synchronous = FULL")
    }
    return configuration
  }
}

/// Random texts that are drawn when a Hub begins.
enum Setting {
  /// The text of a key.
  static func text(_ key: String, in database: Database) throws -> String {
    let sql = "SELECT value FROM setting WHERE key = ?"
    if let text = try String.fetchOne(database, sql: sql, arguments: [key]) { return text }
    return try renew(key, in: database)
  }

  /// Draws another text for a key.
  @discardableResult
  static func renew(_ key: String, in database: Database) throws -> String {
    var generator = SystemRandomNumberGenerator()
    let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    let text = Hexadecimal.text(bytes)
    try database.execute(
      sql: """
        INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2
        """, arguments: [key, text])
    return text
  }
}
