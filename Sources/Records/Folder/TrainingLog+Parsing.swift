extension TrainingLog {
  /// Longer lines are printed data.
  private static let longestLine = 512
  /// Scripts print a dozen scores; a log of steps that look like scores keeps the last ones.
  private static let mostScores = 256

  /// What counts stands at the end; of a longer log only that is read.
  private static let mostBytes = 64 << 20

  /// Reads a log. Lines that say nothing of use are passed over, whatever bytes they hold.
  package init(path: RecordPath, _ bytes: RawSpan) {
    self.init(path: path)
    bytes.withUnsafeBytes { bytes in
      var start = max(0, bytes.count - Self.mostBytes)
      while start < bytes.count {
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        if end - start <= Self.longestLine { read(bytes[start..<end]) }
        start = end + 1
      }
    }
    if scores.count > Self.mostScores { scores.removeFirst(scores.count - Self.mostScores) }
  }

  private mutating func read(_ line: Slice<UnsafeRawBufferPointer>) {
    guard let first = line.first, line.contains(UInt8(ascii: ":")) else { return }
    let isIndented = first == UInt8(ascii: " ") || first == UInt8(ascii: "\t")
    let text = String(decoding: line, as: UTF8.self)
    var words = text.split { $0 == " " || $0 == "\t" || $0 == "\r" }[...]
    readSeed(words)
    // Scripts print themselves into their logs; what they print is not indented.
    guard !isIndented else { return }
    if words.count > 1, let word = words.first, Double(word) != nil { words.removeFirst() }
    guard let word = words.first, !word.hasPrefix("step") else { return }
    readScore(words)
    readSize(words)
  }

  /// `seed:1337` or `seed: 1337`, with nothing else on the line.
  private mutating func readSeed(_ words: ArraySlice<Substring>) {
    guard printedSeed == nil, (1...2).contains(words.count), let word = words.first,
      word.hasPrefix("seed:")
    else { return }
    let number = words.count == 1 ? word.dropFirst(5) : words[words.startIndex + 1]
    if word == "seed:" || words.count == 1 { printedSeed = Int(number) }
  }

  private mutating func readScore(_ words: ArraySlice<Substring>) {
    let label = words.prefix { !$0.contains(":") }
    guard label.first?.first?.isLetter == true,
      let score = Self.number("val_bpb:", in: words), score >= 0
    else { return }
    scores.append(
      Score(
        label: label.joined(separator: " "), valBPB: score,
        valLoss: Self.number("val_loss:", in: words)))
    // Bounded while reading too: a hostile log has millions of such lines.
    if scores.count > 2 * Self.mostScores { scores.removeFirst(Self.mostScores) }
  }

  private static func number(_ key: String, in words: ArraySlice<Substring>) -> Double? {
    guard let index = words.firstIndex(where: { $0.hasPrefix(key) }) else { return nil }
    let rest = words[index].dropFirst(key.count)
    let next = words.index(after: index)
    let text = rest.isEmpty && next < words.endIndex ? words[next] : rest
    guard let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// `Total submission size int8+zlib: 15863489 bytes`. Baseline scripts print the same line
  /// without a form first, for the uncompressed model.
  private mutating func readSize(_ words: ArraySlice<Substring>) {
    if let (form, count) = Self.size("Total submission size", words) {
      if !form.isEmpty || !totalHasForm { totalByteCount = count }
      if !form.isEmpty { totalHasForm = true }
    } else if let (form, count) = Self.size("Serialized model", words), !form.isEmpty {
      modelByteCount = count
    } else if let (form, count) = Self.size("Code size", words), form.isEmpty {
      codeByteCount = count
    }
  }

  private static func size(
    _ title: String, _ words: ArraySlice<Substring>
  ) -> (form: String, count: Int)? {
    let titleWords = title.split(separator: " ")
    guard words.starts(with: titleWords[..<(titleWords.count - 1)]) else { return nil }
    let rest = words.joined(separator: " ").dropFirst(title.count)
    guard words.joined(separator: " ").hasPrefix(title), let colon = rest.firstIndex(of: ":")
    else { return nil }
    let form = rest[..<colon].drop { $0 == " " }
    let digits = rest[rest.index(after: colon)...].drop { $0 == " " }.prefix { $0.isNumber }
    guard let count = Int(digits), count >= 0 else { return nil }
    return (String(form), count)
  }
}
