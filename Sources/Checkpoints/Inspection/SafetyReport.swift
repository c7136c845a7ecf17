public import Diagnostics

/// What a file would do if Python loaded it, and whether it is whole. Nothing in it was run.
public struct SafetyReport: Sendable {
  /// The worst that was found.
  public enum Verdict: String, Sendable, CaseIterable {
    /// Nothing.
    case clean
    /// The bytes contradict each other or break a format's rules.
    case damaged
    /// Loading it would run code, leave its folder or exhaust the machine.
    case dangerous
  }

  /// What importing a name can lead to.
  public enum Risk: String, Sendable {
    /// It describes tensors, containers and other data.
    case data
    /// It is on no list: its module would run on import.
    case unknown
    /// It runs code or reaches the system.
    case dangerous
  }

  /// A name that a pickle in the file imports.
  public struct Import: Sendable {
    /// Module and name, unprintable characters escaped.
    public let name: String
    /// What it can lead to.
    public let risk: Risk
    /// What the pickle does with it: `called`, `instantiated`, or nothing but naming it.
    public let uses: [String]
    /// Where it is imported first.
    public let place: Place
  }

  /// Elements of a tensor that are no finite numbers.
  public struct NonFinite: Sendable {
    /// The tensor's name.
    public let tensor: String
    /// The NaNs.
    public let nanCount: Int
    /// The infinities of either sign.
    public let infinityCount: Int
  }

  /// The path as the user gave it.
  public let path: String
  /// The id of the format; nil where the file could not be opened.
  public internal(set) var format: String?
  /// What the file's pickles import, in the order of the file.
  public internal(set) var imports: [Import] = []
  /// What is wrong, in the order in which it was found.
  public internal(set) var findings: [Rejection] = []
  /// What is odd but no reason to refuse the file.
  public internal(set) var warnings: [Audit.Warning] = []
  /// The files of a folder that were gone through besides the checkpoint in it, by name.
  public internal(set) var files: [(name: String, verdict: Verdict)] = []
  /// What a folder holds that was not gone through, by name, and why.
  public internal(set) var skipped: [(name: String, reason: String)] = []
  /// The tensors with NaN or infinite elements.
  public internal(set) var nonFinite: [NonFinite] = []

  init(path: String) { self.path = path }

  /// The worst of the findings.
  public var verdict: Verdict {
    if findings.contains(where: { $0.rule.status == .refused }) { return .dangerous }
    return findings.isEmpty ? .clean : .damaged
  }
}
