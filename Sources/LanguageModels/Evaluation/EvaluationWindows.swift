/// How a stream of tokens is cut into sequences that a model sees.
public enum EvaluationMode: Sendable, Equatable {
  /// Windows side by side; what does not fill the last one is left out. The baseline script's way.
  case fixed(length: Int)
  /// Windows every `stride` tokens, each scoring only the targets that no earlier one did.
  case sliding(length: Int, stride: Int)
  /// Every document by itself, in chunks of at most `length`; documents begin with a token.
  case documents(length: Int, beginToken: Int)
}

/// A sequence of inputs, and which of its targets count. The target of a position is the token
/// after it.
public struct EvaluationWindow: Sendable, Equatable {
  /// The inputs, as positions in the stream.
  public let inputs: Range<Int>
  /// The first position whose target counts.
  public let firstScored: Int

  /// How many targets count.
  public var targetCount: Int { inputs.upperBound - firstScored }
}

extension EvaluationMode {
  /// The windows of a stream of `tokens`; every target counts at most once.
  public func windows(of tokens: [UInt16]) -> [EvaluationWindow] {
    let targets = tokens.count - 1
    guard targets > 0 else { return [] }
    switch self {
    case .fixed(let length):
      return (0..<(targets / length)).map { index in
        EvaluationWindow(
          inputs: (index * length)..<((index + 1) * length), firstScored: index * length)
      }
    case .sliding(let length, let stride):
      return Self.sliding(targets, length, stride)
    case .documents(let length, let beginToken):
      return Self.documents(tokens, length, beginToken)
    }
  }

  private static func sliding(
    _ targets: Int, _ length: Int, _ stride: Int
  ) -> [EvaluationWindow] {
    var windows: [EvaluationWindow] = []
    var scored = 0
    var start = 0
    while scored < targets {
      let end = min(start + length, targets)
      windows.append(EvaluationWindow(inputs: start..<end, firstScored: scored))
      scored = end
      start += stride
    }
    return windows
  }

  private static func documents(
    _ tokens: [UInt16], _ length: Int, _ beginToken: Int
  ) -> [EvaluationWindow] {
    var windows: [EvaluationWindow] = []
    var start = 0
    for position in 1..<tokens.count {
      let isEnd = position == tokens.count - 1
      let begins = Int(tokens[position]) == beginToken
      guard isEnd || begins || position - start == length else { continue }
      windows.append(EvaluationWindow(inputs: start..<position, firstScored: start))
      start = position
    }
    return windows
  }
}
