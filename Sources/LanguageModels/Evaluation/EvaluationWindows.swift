internal import Diagnostics

/// How a stream of tokens is cut into sequences that a model sees.
public enum EvaluationMode: Sendable, Equatable {
  /// Windows side by side; what does not fill the last one is left out. The baseline script's way.
  case fixed(length: Int)
  /// Windows every `stride` tokens, each scoring only the targets that no earlier one did.
  case sliding(length: Int, stride: Int)
  /// Every document by itself, in chunks of at most `length`; documents begin with a token.
  case documents(length: Int, beginToken: Int)

  /// The longest sequence.
  var length: Int {
    switch self {
    case .fixed(let length), .sliding(let length, _), .documents(let length, _): length
    }
  }
}

/// A sequence of inputs, and which of its targets count. The target of a position is the token
/// after it.
struct EvaluationWindow: Equatable {
  /// The inputs, as positions in the stream.
  let inputs: Range<Int>
  /// The first position whose target counts.
  let firstScored: Int

  /// The tokens that the window needs: the inputs and the target of the last.
  var tokens: Range<Int> { inputs.lowerBound..<(inputs.upperBound + 1) }
  /// The targets that count, as positions in the stream.
  var targets: Range<Int> { (firstScored + 1)..<(inputs.upperBound + 1) }
}

/// The windows of a stream one after the other, with no more than a piece of it in memory. Every
/// target counts at most once.
struct EvaluationWindows<Source: TokenSource> {
  private let mode: EvaluationMode
  private let source: Source
  private var start = 0
  private var scored = 0
  /// The part of the stream that documents are looked for in.
  private var piece: (start: Int, tokens: [UInt16]) = (0, [])

  init(_ mode: EvaluationMode, of source: Source) {
    self.mode = mode
    self.source = source
  }

  /// The next window; nil after the last. Throws what reading the stream throws.
  mutating func next() throws(Rejection) -> EvaluationWindow? {
    let targetCount = source.tokenCount - 1
    // Any length may be asked for: what is left is compared, and no sum can overflow.
    let left = targetCount - start
    let end: Int
    switch mode {
    case .fixed(let length):
      guard length <= left else { return nil }
      end = start + length
    case .sliding(let length, _):
      guard scored < targetCount else { return nil }
      end = start + min(length, left)
    case .documents(let length, let beginToken):
      guard left > 0 else { return nil }
      end = try endOfDocument(beginToken, limit: start + min(length, left))
    }
    let window = EvaluationWindow(inputs: start..<end, firstScored: scored)
    scored = end
    if case .sliding(_, let stride) = mode { start += stride } else { start = end }
    return window
  }

  /// Up to this many windows, fewer at the end.
  mutating func next(upTo count: Int) throws(Rejection) -> [EvaluationWindow] {
    var windows: [EvaluationWindow] = []
    while windows.count < count, let window = try next() { windows.append(window) }
    return windows
  }

  private mutating func endOfDocument(
    _ beginToken: Int, limit: Int
  ) throws(Rejection) -> Int {
    var end = start + 1
    while end < limit, try Int(token(end)) != beginToken { end += 1 }
    return end
  }

  private mutating func token(_ position: Int) throws(Rejection) -> UInt16 {
    if position - piece.start >= piece.tokens.count {
      source.forget(piece.start..<(piece.start + piece.tokens.count))
      let range = position..<min(position + 1 << 16, source.tokenCount)
      piece = (position, try source.tokens(in: range))
    }
    return piece.tokens[position - piece.start]
  }
}
