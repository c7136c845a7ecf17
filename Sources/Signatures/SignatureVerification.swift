/// What became of a folder since it was signed.
public struct SignatureVerification: Sendable {
  /// A path where the folder is not what was signed.
  public struct Difference: Sendable, Equatable {
    /// The way in which it is not.
    public enum Kind: String, Sendable, CaseIterable {
      /// It was signed and is not there.
      case missing
      /// Its bytes are others.
      case altered
      /// It was not signed.
      case extra
      /// It is a link, which may lead anywhere.
      case link
      /// It is a device, a pipe or a socket.
      case special
    }

    /// The path below the folder.
    public let path: String
    /// The way in which it differs.
    public let kind: Kind
  }

  /// What was signed, by a key that is known.
  public let statement: InTotoStatement
  /// How many files were signed.
  public let fileCount: Int
  /// Where the folder differs, in the order of the paths.
  public let differences: [Difference]

  /// Whether the folder is what was signed.
  public var holds: Bool { differences.isEmpty }
}
