public import Diagnostics
internal import Files
internal import TensorCore

/// The tokenizer of a `tokenizer.json`: byte pair encoding over bytes or over characters.
///
/// Gives the ids of `encode(text, add_special_tokens=False)` and the text of `decode(ids)` of the
/// tokenizers library. Bytes that are no UTF-8 are U+FFFD, as in Python's `errors="replace"`.
public struct HuggingFaceTokenizer: Tokenizer {
  /// How many bytes each token stands for.
  public let byteCounts: TokenByteCounts
  let normalizers: [NormalizerStep]
  let preTokenizers: [PreTokenizerStep]
  let decoders: [DecoderStep]?
  let model: BytePairModel
  let added: [Int32: AddedToken]
  /// The added tokens that are looked for in the text as it is, and in the normalized text.
  let rawTokens: AddedTokens
  let normalizedTokens: AddedTokens
  let template: [TemplatePart]

  /// A part of what a post-processor makes of a text.
  enum TemplatePart: Sendable {
    case tokens([Int32])
    case text
  }

  /// Reads the file at `path`.
  public init(path: String) throws(Rejection) {
    let file = try FileMapping(path: path)
    do throws(Rejection) { try self.init(parsing: file.bytes) } catch {
      throw error.inside(Place(file: path))
    }
  }

  /// One more than the highest id.
  public var vocabularySize: Int { byteCounts.vocabularySize }

  /// The ids of a text without special tokens around it.
  public func encode(_ text: RawSpan) throws(Rejection) -> [Int32] {
    try requireTokenizable(byteCount: text.byteCount)
    let text = repaired(text.copied())
    var merger = PairMerger()
    var ids: [Int32] = []
    for part in rawTokens.split(text) {
      if let token = part.token {
        ids.append(token)
      } else {
        let isFirst = part.range.lowerBound == 0
        try encode(Array(text[part.range]), isFirst: isFirst, &merger, to: &ids)
      }
    }
    return ids
  }

  private func encode(
    _ text: [UInt8], isFirst: Bool, _ merger: inout PairMerger, to ids: inout [Int32]
  ) throws(Rejection) {
    let text = try normalizers.apply(to: text)
    for part in normalizedTokens.split(text) {
      if let token = part.token {
        ids.append(token)
        continue
      }
      let isFirst = isFirst && part.range.lowerBound == 0
      for word in words(Array(text[part.range]), isFirst: isFirst) {
        model.encode(word, with: &merger, to: &ids)
      }
    }
  }

  private func words(_ text: [UInt8], isFirst: Bool) -> [[UInt8]] {
    var words = text.isEmpty ? [] : [text]
    for step in preTokenizers {
      words = words.enumerated().flatMap { step.apply(to: $1, isFirst: isFirst && $0 == 0) }
    }
    return words
  }

  /// The ids with the special tokens that the post-processor puts around a text.
  public func framed(_ tokens: [Int32]) -> [Int32] {
    template.flatMap { part in
      switch part {
      case .tokens(let special): special
      case .text: tokens
      }
    }
  }

  /// The text of the ids without special tokens; throws K05 for an id that does not exist.
  public func decode(_ tokens: [Int32]) throws(Rejection) -> [UInt8] {
    var texts: [[UInt8]] = []
    for token in tokens {
      if let added = added[token] {
        if !added.isSpecial { texts.append(added.content) }
      } else if model.tokens.indices.contains(Int(token)), let text = model.tokens[Int(token)] {
        texts.append(text)
      } else {
        throw Rejection(
          LanguageModelRules.unknownToken, "token \(token) in a vocabulary of \(vocabularySize)")
      }
    }
    guard let decoders else { return Array(texts.joined(separator: [UInt8(ascii: " ")])) }
    let limit = rewrittenByteLimit(of: texts.reduce(0) { $0 + $1.count })
    for step in decoders {
      texts = step.apply(to: texts, limit: limit)
      try requireTokenizable(byteCount: texts.reduce(0) { $0 + $1.count }, limit: limit)
    }
    return Array(texts.joined())
  }
}
