public import Diagnostics

/// How many bytes of text each token stands for, as the challenge counts them.
///
/// A token's bytes depend on the token before it: the space that a piece begins with was in the
/// text only where text came before, not after the beginning of a document.
public struct TokenByteCounts: Sendable, Equatable {
  /// The bytes of each token without the space it may begin with.
  public private(set) var baseByteCounts: [UInt16]
  /// Whether each token begins with a space, which counts unless the token before is a boundary.
  public private(set) var beginsWithSpace: [Bool]
  /// Whether each token is no text: begin and end of documents, padding, unknown, unused.
  public private(set) var isBoundary: [Bool]

  /// A table in which every token is a boundary of no bytes.
  init(vocabularySize: Int) {
    baseByteCounts = Array(repeating: 0, count: vocabularySize)
    beginsWithSpace = Array(repeating: false, count: vocabularySize)
    isBoundary = Array(repeating: true, count: vocabularySize)
  }

  /// Records a token that is text.
  mutating func set(_ token: Int, byteCount: Int, beginsWithSpace space: Bool = false) {
    baseByteCounts[token] = UInt16(clamping: byteCount)
    beginsWithSpace[token] = space
    isBoundary[token] = false
  }

  /// Records a piece in which U+2581 stands for a space; only a leading one counts as one.
  mutating func set(_ token: Int, piece: [UInt8]) {
    let space = piece.starts(with: spaceMark)
    set(token, byteCount: piece.count - (space ? spaceMark.count : 0), beginsWithSpace: space)
  }

  /// How many tokens the table knows.
  public var vocabularySize: Int { baseByteCounts.count }

  /// The bytes of `token` where `previous` came before it, or nothing did; throws K05.
  public func byteCount(of token: Int, after previous: Int?) throws(Rejection) -> Int {
    try require(token)
    var space = beginsWithSpace[token]
    if let previous {
      try require(previous)
      space = space && !isBoundary[previous]
    }
    return Int(baseByteCounts[token]) + (space ? 1 : 0)
  }

  /// The bytes of the targets: of each token but the first, given the token before it; throws K05.
  public func byteCount(ofTargetsIn tokens: [UInt16]) throws(Rejection) -> Int {
    guard var previous = tokens.first.map(Int.init) else { return 0 }
    try require(previous)
    var sum = 0
    for token in tokens.dropFirst().lazy.map(Int.init) {
      try require(token)
      sum += Int(baseByteCounts[token])
      if beginsWithSpace[token], !isBoundary[previous] { sum += 1 }
      previous = token
    }
    return sum
  }

  private func require(_ token: Int) throws(Rejection) {
    guard baseByteCounts.indices.contains(token) else {
      throw Rejection(
        LanguageModelRules.unknownToken,
        "token \(token) in a vocabulary of \(vocabularySize)")
    }
  }
}

/// U+2581, which stands for a space in pieces.
let spaceMark: [UInt8] = [0xe2, 0x96, 0x81]
/// U+FFFD, which stands for bytes that are no UTF-8.
let replacementCharacter: [UInt8] = [0xef, 0xbf, 0xbd]
