import Glibc

/// How far a job is: one line that redraws itself on a terminal, else a line every 30 seconds.
final class ProgressLine {
  /// What is counted.
  enum Unit {
    case bytes, tokens, weights, matrices, models

    func text(_ count: Int) -> String {
      switch self {
      case .bytes: Quantity.bytes(count)
      case .tokens: Quantity.elements(count) + " tokens"
      case .weights: Quantity.elements(count) + " weights"
      case .matrices: "\(count) matrices"
      case .models: "\(count) models"
      }
    }
  }

  private var verb: String
  private var total: Int
  private var unit: Unit
  private let isShown: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1 && Environment.value("TERM") != "dumb"
  private let start = ProgressLine.now()
  private var partStart: Double
  private var last: Double
  private var isDrawn = false

  /// Follows a job of `total` bytes or tokens; says nothing at all unless `isShown`.
  init(_ verb: String, total: Int, unit: Unit = .bytes, isShown: Bool) {
    self.verb = verb
    self.total = total
    self.unit = unit
    self.isShown = isShown
    last = start
    partStart = start
  }

  /// Tells how much is done of a total that was not known before.
  func update(done: Int, of total: Int) {
    self.total = total
    update(done: done)
  }

  /// Tells how much is done of a part of the job, which has a verb, a total and a rate of its own.
  func update(_ verb: String, done: Int, of total: Int, unit: Unit) {
    if verb != self.verb {
      self.verb = verb
      self.unit = unit
      partStart = Self.now()
    }
    update(done: done, of: total)
  }

  /// Tells how much is done.
  func update(done: Int) {
    let now = Self.now()
    // Ten redraws a second look smooth; a log file wants one line now and then.
    guard isShown, now - last >= (isTerminal ? 0.1 : 30) else { return }
    last = now
    let text = line(done: done, seconds: now - partStart)
    Talk.write(isTerminal ? "\r\u{1B}[K\(text)" : text + "\n")
    isDrawn = isTerminal
  }

  /// Removes the line from the terminal.
  func finish() {
    if isDrawn { Talk.write("\r\u{1B}[K") }
    isDrawn = false
  }

  /// The seconds since the job began.
  var elapsed: Double { Self.now() - start }

  private func line(done: Int, seconds: Double) -> String {
    var text = "\(verb) \(unit.text(done)) of \(unit.text(total))"
    // A part's first line comes before it has a rate.
    guard seconds >= 0.1 else { return text }
    let rate = Double(done) / seconds
    text += ", \(unit.text(Int(rate)))/s"
    if rate > 0, done < total {
      text += ", \(Quantity.seconds(Double(total - done) / rate)) left"
    }
    return text
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
