internal import Diagnostics
internal import JSON

extension BytePairModel {
  /// Reads the `model` of a tokenizer.json; throws K07 to K09.
  init(_ node: DescriptionNode, isByteLevel: Bool) throws(Rejection) {
    self.init()
    self.isByteLevel = isByteLevel
    try Self.requireSupported(node)
    ignoresMerges = try node.flag("ignore_merges")
    let vocabulary = try Self.vocabulary(node.required("vocab"))
    try add(vocabulary)
    try readFallback(node, vocabulary)
    try readMerges(node.required("merges"), vocabulary)
  }

  private static func requireSupported(_ node: DescriptionNode) throws(Rejection) {
    let type = try node.optional("type")?.text() ?? "BPE"
    guard type == "BPE" else { throw node.unsupported("the model \(type)") }
    for affix in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let node = node.optional(affix), try !node.text().isEmpty {
        throw node.unsupported("words are marked by letters")
      }
    }
    if let dropout = node.optional("dropout"), dropout.value != .number(0), dropout.value != 0 {
      throw dropout.unsupported("merges are dropped at random")
    }
  }

  private static func vocabulary(
    _ node: DescriptionNode
  ) throws(Rejection) -> [(token: String, id: Int)] {
    guard let members = node.value.members else { throw node.damage("is no object") }
    // A few holes are normal; an id beyond all proportion would only cost memory.
    let limit = members.count * 2 + 65_536
    var vocabulary: [(token: String, id: Int)] = []
    for (token, value) in members {
      guard let id = value.integer, id >= 0, id < limit else {
        throw Rejection(
          LanguageModelRules.contradictoryVocabulary,
          "the token \(token.debugDescription) has no id below \(limit)")
      }
      vocabulary.append((token, id))
    }
    return vocabulary
  }

  private mutating func add(_ vocabulary: [(token: String, id: Int)]) throws(Rejection) {
    ids = ByteStringTable(capacity: vocabulary.count)
    tokens = Array(repeating: nil, count: (vocabulary.map(\.id).max() ?? -1) + 1)
    for (token, id) in vocabulary {
      guard tokens[id] == nil else {
        throw Rejection(
          LanguageModelRules.contradictoryVocabulary, "two tokens have the id \(id)")
      }
      tokens[id] = Array(token.utf8)
      let bytes = isByteLevel ? ByteAlphabet.bytes(of: token) : Array(token.utf8)
      if let bytes { _ = ids.insert(bytes, id: Int32(id)) }
    }
  }

  private mutating func readFallback(
    _ node: DescriptionNode, _ vocabulary: [(token: String, id: Int)]
  ) throws(Rejection) {
    fallback.fusesUnknown = try node.flag("fuse_unk")
    if let unknown = try node.optional("unk_token")?.text() {
      guard let entry = vocabulary.first(where: { $0.token.utf8.elementsEqual(unknown.utf8) })
      else {
        throw Rejection(
          LanguageModelRules.contradictoryVocabulary,
          "the vocabulary lacks the unknown token \(unknown.debugDescription)")
      }
      fallback.unknown = Int32(entry.id)
    }
    guard try node.flag("byte_fallback") else { return }
    guard !isByteLevel else { throw node.unsupported("byte fallback with a byte alphabet") }
    fallback.bytes = Array(repeating: -1, count: 256)
    for (token, id) in vocabulary {
      if let byte = byteValue(ofPiece: Array(token.utf8)) { fallback.bytes[Int(byte)] = Int32(id) }
    }
  }

  private mutating func readMerges(
    _ node: DescriptionNode, _ vocabulary: [(token: String, id: Int)]
  ) throws(Rejection) {
    guard let pairs = node.value.elements else { throw node.damage("is no list") }
    var table = ByteStringTable(capacity: vocabulary.count)
    for (token, id) in vocabulary { _ = table.insert(Array(token.utf8), id: Int32(id)) }
    merges = KeyTable(capacity: pairs.count)
    merged.reserveCapacity(pairs.count)
    for (rank, pair) in pairs.enumerated() {
      let (left, right) = try Self.pair(pair, rank, node)
      let parts = [table.id(of: left), table.id(of: right), table.id(of: left + right)]
      guard !parts.contains(-1) else {
        throw Rejection(
          LanguageModelRules.contradictoryVocabulary,
          "merge \(rank) has a token that the vocabulary lacks")
      }
      merges.set(Self.key(parts[0], parts[1]), Int32(rank))
      merged.append(parts[2])
    }
  }

  /// The two tokens of a merge, which old files write as one text with a space.
  private static func pair(
    _ value: JSONValue, _ rank: Int, _ node: DescriptionNode
  ) throws(Rejection) -> ([UInt8], [UInt8]) {
    let parts: [[UInt8]]
    if let text = value.string {
      parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        .map(Array.init)
    } else {
      parts = value.elements?.compactMap { $0.string.map { Array($0.utf8) } } ?? []
    }
    guard parts.count == 2 else { throw node.damage("merge \(rank) is no pair") }
    return (parts[0], parts[1])
  }
}
