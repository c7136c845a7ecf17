/// A request that is answered with an error: the status, the code that clients look for, and a text
/// for people.
struct HubFailure: Error, Sendable {
  let status: Int
  var code: String?
  let message: String

  static func badRequest(_ message: String) -> Self { Self(status: 400, message: message) }
  static let unauthorized = Self(
    status: 401, message: "Invalid username or password: a token with access is needed.")
  static func forbidden(_ message: String) -> Self { Self(status: 403, message: message) }
  static func noRepository(_ id: String) -> Self {
    Self(status: 404, code: "RepoNotFound", message: "Repository \(id) not found")
  }
  static func noRevision(_ revision: String) -> Self {
    Self(status: 404, code: "RevisionNotFound", message: "Invalid rev id: \(revision.prefix(200))")
  }
  static func noEntry(_ path: String) -> Self {
    Self(
      status: 404, code: "EntryNotFound",
      message: "A file with this name doesn't exist: \(path.prefix(200))")
  }
  static let noPage = Self(status: 404, message: "Not found")
  static func conflict(_ message: String) -> Self { Self(status: 409, message: message) }
  static let stale = Self(
    status: 412, message: "A commit has happened since. Please refresh and try again.")
  static func tooLarge(_ message: String) -> Self { Self(status: 413, message: message) }
}
