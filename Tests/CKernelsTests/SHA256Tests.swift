import CKernels
import Testing

@Suite struct SHA256Tests {
  /// The digest of a message given in pieces, the last of them up to its end.
  func digest(_ message: [UInt8], cuts: [Int] = []) -> [UInt8] {
    var hash = birdie_sha256()
    birdie_sha256_init(&hash)
    var start = 0
    withUnaligned(message) { from in
      for end in cuts + [message.count] {
        birdie_sha256_update(&hash, from + start, end - start)
        start = end
      }
    }
    var digest = [UInt8](repeating: 0, count: 32)
    birdie_sha256_final(&hash, &digest)
    return digest
  }

  func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  let message = (0..<200).map { UInt8(truncatingIfNeeded: 3 + 7 * $0) }

  // NIST, "Examples with Intermediate Values", SHA-256; and FIPS 180-2, B.3.
  @Test(arguments: [
    ("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ])
  func `the standard's messages have the standard's digests`(
    text: String, times: Int, expected: String
  ) {
    #expect(hex(digest(Array(String(repeating: text, count: times).utf8))) == expected)
  }

  @Test func `messages of 0 to 200 bytes have hashlib's digests`() throws {
    var golden = try GoldenBytes("sha256.bin")
    for length in 0...200 {
      #expect(digest(Array(message[..<length])) == golden.next(32, UInt8.self))
    }
  }

  @Test(arguments: [0, 1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 129, 199])
  func `a message cut in three has the digest of the whole`(cut: Int) {
    #expect(digest(message, cuts: [cut, min(cut + 64, 200)]) == digest(message))
  }

  @Test(arguments: fasterInstructionSets)
  func `blocks change the state as the portable function does`(isa: String) {
    let blocks: [UInt8] = randomBits(64 * 17)
    for count in 0...17 {
      var expected: [UInt32] = randomBits(8)
      var state = expected
      portable.sha256_blocks(&expected, blocks, count)
      kernels(isa).sha256_blocks(&state, blocks, count)
      #expect(state == expected)
    }
  }
}
