/// The regular expressions by which tokenizers cut text into words, each as a scanner of its own.
///
/// All of them cover every text: matches follow each other without gaps.
enum TextPattern: Sendable, Equatable {
  /// GPT-2's.
  case gpt2
  /// That of cl100k, Llama 3 and Qwen 2, which take this many digits together.
  case cl100k(digits: Int)

  /// The pattern that is written like this in a tokenizer.json; nil for one that is not known.
  init?(_ source: String) {
    let tail = #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    let head = #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"#
    switch source {
    case #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#:
      self = .gpt2
    case head + #"\p{N}{1,3}"# + tail: self = .cl100k(digits: 3)
    case head + #"\p{N}"# + tail: self = .cl100k(digits: 1)
    default: return nil
    }
  }

  /// The ends of the matches in a text, in order; the last is the end of the text.
  func cut(_ text: [UInt8]) -> [Int] {
    let scanner = TextScanner(text)
    var ends: [Int] = []
    var index = 0
    while index < scanner.count {
      index =
        switch self {
        case .gpt2: scanner.gpt2Match(from: index)
        case .cl100k(let digits): scanner.cl100kMatch(from: index, digits: digits)
        }
      ends.append(scanner.offsets[index])
    }
    return ends
  }
}
