import Testing
import Xet

struct XetHashTests {
  /// The protocol's example of its text, hub-docs docs/xet/api.md.
  static let counting = "07060504030201000f0e0d0c0b0a090817161514131211101f1e1d1c1b1a1918"

  @Test func `the text of a hash writes each eight bytes backwards`() {
    let hash = XetHash(rawBytes: 0..<32)
    #expect(hash.hex == Self.counting)
    #expect(XetHash(hex: Self.counting) == hash)
    #expect(hash.bytes == Array(0..<32))
  }

  @Test(arguments: [
    "", "00", counting + "0", String(counting.dropLast()), String(counting.dropLast()) + "g",
    counting.uppercased(), "+" + counting.dropFirst(), "é" + counting.dropFirst(2),
  ])
  func `a text of anything but 64 lowercase digits is no hash`(text: String) {
    #expect(XetHash(hex: text) == nil)
  }

  @Test func `hashes have the order of their texts`() {
    let texts = [
      Self.counting, String(Self.counting.reversed()), String(repeating: "0", count: 64),
      String(repeating: "f", count: 64), "07060504030201000f" + String(repeating: "0", count: 46),
    ]
    let hashes = texts.map { XetHash(hex: $0)! }
    #expect(hashes.sorted().map(\.hex) == texts.sorted())
  }

  @Test func `no chunks have the hash of zeros`() {
    #expect(XetHash.root(of: []) == .zero)
    #expect(XetHash.file(ofChunks: []) == .zero)
    #expect(XetHash.zero.hex == String(repeating: "0", count: 64))
  }

  @Test func `a single chunk is its own root`() {
    let hash = XetHash(hex: Self.counting)!
    #expect(XetHash.root(of: [(hash, 5)]) == hash)
    #expect(XetHash.file(ofChunks: [(hash, 5)]) != hash)
  }

  @Test func `the length of a chunk is part of the root of several`() {
    let hash = XetHash(hex: Self.counting)!
    #expect(XetHash.root(of: [(hash, 5), (hash, 6)]) != XetHash.root(of: [(hash, 6), (hash, 5)]))
  }
}
