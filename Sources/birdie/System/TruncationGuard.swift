import Diagnostics
import Files
import Glibc
import TensorCore

/// What happens when a mapped file is cut by somebody else while it is read.
///
/// The kernel then has no page to give and sends a signal. Copies and checksums read the file and
/// meet an ordinary error instead; this is for the looks into the mapping that remain.
enum TruncationGuard {
  nonisolated(unsafe) private static var lastWords: LastWords?
  /// The code of a signal for a page that does not exist, which Glibc exports to C alone.
  private static let missingPage: Int32 = 2

  /// From now on such a signal ends the process with F04 and its status.
  static func install(asJSON isJSON: Bool) {
    let rule = FileRules.changedInput
    let rejection = Rejection(rule, rule.title)
    lastWords = LastWords(ErrorReport(rejection).lines(), rejection, asJSON: isJSON)
    var action = sigaction()
    action.sa_flags = SA_SIGINFO
    action.__sigaction_handler.sa_sigaction = { number, information, _ in
      TruncationGuard.answer(number, information?.pointee.si_code)
    }
    sigaction(SIGBUS, &action, nil)
  }

  private static func answer(_ number: Int32, _ code: Int32?) {
    // Any other code is a defect, and has to look like one: the instruction runs again.
    guard code == missingPage else {
      signal(number, SIG_DFL)
      return
    }
    Interruption.removePartialOutput()
    lastWords?.leave(FileRules.changedInput.status)
  }
}
