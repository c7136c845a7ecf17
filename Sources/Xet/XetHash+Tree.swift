extension XetHash {
  /// The hash of a xorb of these chunks: the root of a tree whose leaves they are.
  ///
  /// A single chunk is its own root, and no chunks have the hash `zero`.
  public static func root(of chunks: [(hash: XetHash, byteCount: Int)]) -> XetHash {
    var nodes = chunks
    while nodes.count > 1 {
      var parents: [(hash: XetHash, byteCount: Int)] = []
      var start = 0
      while start < nodes.count {
        let end = endOfGroup(nodes, from: start)
        parents.append(parent(of: nodes[start..<end]))
        start = end
      }
      nodes = parents
    }
    return nodes.first?.hash ?? .zero
  }

  /// The hash of a file of these chunks, in whichever xorbs they are.
  public static func file(ofChunks chunks: [(hash: XetHash, byteCount: Int)]) -> XetHash {
    guard !chunks.isEmpty else { return .zero }
    let zeroKey = [UInt8](repeating: 0, count: byteCount)
    return digest(root(of: chunks).bytes.rawBytes, key: zeroKey)
  }

  /// Where the children of one parent end: the hashes decide, so that a change moves few groups.
  private static func endOfGroup(
    _ nodes: [(hash: XetHash, byteCount: Int)], from start: Int
  ) -> Int {
    let largest = min(start + 9, nodes.count)
    guard nodes.count - start > 2 else { return largest }
    for index in (start + 2)..<largest where nodes[index].hash.words[3] % 4 == 0 {
      return index + 1
    }
    return largest
  }

  private static func parent(
    of children: ArraySlice<(hash: XetHash, byteCount: Int)>
  ) -> (hash: XetHash, byteCount: Int) {
    var text: [UInt8] = []
    var byteCount = 0
    for child in children {
      child.hash.appendHex(to: &text)
      text += " : \(child.byteCount)\n".utf8
      byteCount += child.byteCount
    }
    return (digest(text.rawBytes, key: nodeKey), byteCount)
  }

  // The key of the protocol, hub-docs docs/xet/hashing.md.
  private static let nodeKey: [UInt8] = [
    1, 126, 197, 199, 165, 71, 41, 150, 253, 148, 102, 102, 180, 138, 2, 230, 93, 221, 83, 111, 55,
    199, 109, 210, 248, 99, 82, 230, 74, 83, 113, 63,
  ]
}
