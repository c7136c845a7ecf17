import Recipes

/// Tells how far a verification is: first bytes, then tokens.
final class VerificationProgress {
  private let comparing: ProgressLine
  private let evaluating: ProgressLine

  init(isShown: Bool) {
    comparing = ProgressLine("comparing", total: 0, isShown: isShown)
    evaluating = ProgressLine("evaluating", total: 0, unit: .tokens, isShown: isShown)
  }

  func update(_ progress: VerificationJob.Progress) {
    switch progress {
    case .comparing(let done, let total): comparing.update(done: done, of: total)
    case .evaluating(let done, let total):
      comparing.finish()
      evaluating.update(done: done, of: total)
    }
  }

  /// Removes what is drawn.
  func finish() {
    comparing.finish()
    evaluating.finish()
  }

  /// The seconds since the job began.
  var elapsed: Double { comparing.elapsed }
}
