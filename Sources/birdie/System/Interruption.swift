import Checkpoints
import Diagnostics
import Files
import Glibc

/// What Ctrl-C does while something is being written: it goes, and one line says so.
struct Interruption {
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// C strings that live as long as the process, and no array: a signal handler may not allocate,
  /// and a loop over an array may.
  nonisolated(unsafe) private static var partialPaths:
    UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  nonisolated(unsafe) private static var partialPathCount = 0
  /// A folder that goes with whatever is in it by then.
  nonisolated(unsafe) private static var folder: UnsafeMutablePointer<CChar>?
  nonisolated(unsafe) private static var lastWords: LastWords?
  /// Whether the paths are this process's to remove, and not those of another that holds the lock.
  nonisolated(unsafe) private static var ownsPaths = false

  /// The signals that are answered: not those that whoever started the process wants it to survive,
  /// as `nohup` does.
  private let answered: [Int32]

  /// From now on a signal ends the process with status 130 and, once the conversion writes,
  /// removes these paths in order: files first, then their folder.
  init(removing paths: [String], asJSON isJSON: Bool) {
    let copies = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: paths.count)
    for (index, path) in paths.enumerated() { (copies + index).initialize(to: strdup(path)) }
    Self.partialPaths = copies
    Self.partialPathCount = paths.count
    Self.ownsPaths = false
    answered = Self.answer(saying: "interrupted; nothing was written", asJSON: isJSON)
  }

  /// From now on a signal ends the process with status 130 and a message, and removes a folder of
  /// this process.
  init(removing folder: String, saying message: String, asJSON isJSON: Bool) {
    Self.folder = strdup(folder)
    Self.ownsPaths = true
    answered = Self.answer(saying: message, asJSON: isJSON)
  }

  /// Begins to answer signals; gives those that are.
  private static func answer(saying message: String, asJSON isJSON: Bool) -> [Int32] {
    let rejection = Rejection(CommandRules.interrupted, message)
    let text = "\nerror[\(rejection.rule.id)]: \(rejection.message)\n"
    lastWords = LastWords(text, rejection, asJSON: isJSON)
    let answered = signals.filter { !isIgnored($0) }
    for number in answered { signal(number) { _ in Interruption.leave() } }
    return answered
  }

  /// Removing is right from the first event to the last but one. While names are given, which
  /// takes milliseconds, a signal finds nothing that it could undo.
  func follow(_ stage: ProgressEvent.Stage) {
    switch stage {
    case .writing: Self.ownsPaths = true
    case .naming:
      Self.ownsPaths = false
      for number in answered { signal(number, SIG_IGN) }
    }
  }

  /// Signals do again what they do to any process.
  func end() {
    Self.ownsPaths = false
    for number in answered { signal(number, SIG_DFL) }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func leave() {
    removePartialOutput()
    lastWords?.leave(.interrupted)
  }

  /// Removes what is being written, if anything is; calls only what POSIX lists as safe in a
  /// handler.
  static func removePartialOutput() {
    var index = 0
    while ownsPaths, let paths = partialPaths, index < partialPathCount {
      if let path = paths[index], unlink(path) != 0 { rmdir(path) }
      index += 1
    }
    if ownsPaths, let folder { FolderContent.remove(folder) }
  }
}
