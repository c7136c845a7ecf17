/// The vocabulary and merges of a tokenizer.json.
struct BytePairModel: Sendable {
  /// What becomes of characters that the vocabulary lacks.
  struct Fallback: Sendable {
    /// The unknown token; -1 where such characters are dropped.
    var unknown: Int32 = -1
    /// Whether a run of unknown characters is one token.
    var fusesUnknown = false
    /// The tokens of the bytes, -1 where one is missing; empty without byte fallback.
    var bytes: [Int32] = []
  }

  /// The text of each token by id, in the byte alphabet where the tokenizer has one; nil for holes.
  var tokens: [[UInt8]?] = []
  /// The ids by what they are found by: raw bytes where there is a byte alphabet.
  var ids = ByteStringTable(capacity: 0)
  /// Whether symbols are bytes, not characters.
  var isByteLevel = false
  /// Whether a word that is a token is taken as it is, whatever the merges say.
  var ignoresMerges = false
  var fallback = Fallback()
  /// The number of each pair's merge, which is its rank.
  var merges = KeyTable(capacity: 0)
  /// What each merge gives.
  var merged: [Int32] = []

  static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// Adds the ids of a word.
  func encode(_ word: [UInt8], with merger: inout PairMerger, to output: inout [Int32]) {
    if ignoresMerges {
      let id = ids.id(of: word)
      if id >= 0 {
        output.append(id)
        return
      }
    }
    merger.reset()
    appendSymbols(of: word, to: &merger)
    var rules = RankedMerges(model: self)
    merger.run(&rules)
    for symbol in merger.symbols where symbol.length > 0 { output.append(symbol.id) }
  }

  private func appendSymbols(of word: [UInt8], to merger: inout PairMerger) {
    var followsUnknown = false
    var index = 0
    while index < word.count {
      let length = isByteLevel ? 1 : announcedLength(word, at: index)
      let id = ids.id(of: word, index..<(index + length))
      if id >= 0 {
        merger.append(start: index, length: length, id: id)
        followsUnknown = false
      } else if !appendBytes(of: word, index..<(index + length), to: &merger) {
        appendUnknown(index, length, fused: followsUnknown, to: &merger)
        followsUnknown = fallback.unknown >= 0
      }
      index += length
    }
  }

  private func appendBytes(
    of word: [UInt8], _ range: Range<Int>, to merger: inout PairMerger
  ) -> Bool {
    guard !fallback.bytes.isEmpty else { return false }
    guard word[range].allSatisfy({ fallback.bytes[Int($0)] >= 0 }) else { return false }
    for index in range {
      merger.append(start: index, length: 1, id: fallback.bytes[Int(word[index])])
    }
    return true
  }

  private func appendUnknown(
    _ start: Int, _ length: Int, fused: Bool, to merger: inout PairMerger
  ) {
    guard fallback.unknown >= 0 else { return }
    if fused, fallback.fusesUnknown {
      merger.extendLast(by: length)
    } else {
      merger.append(start: start, length: length, id: fallback.unknown)
    }
  }
}

/// Merges by the list of pairs.
private struct RankedMerges: MergeRules {
  let model: BytePairModel

  func merge(_ left: MergeSymbol, _ right: MergeSymbol) -> Merge? {
    let rank = model.merges.value(BytePairModel.key(left.id, right.id))
    return rank < 0 ? nil : Merge(rank: rank, id: model.merged[Int(rank)])
  }
}
