import Diagnostics
import Signatures
import TestSupport
import Testing

struct BundleTests {
  private static let path = "signatures/accepts/p256.sig"

  /// Where the value of a member begins and ends in the text of a bundle.
  private static func range(of key: String, in text: [UInt8]) throws -> Range<Int> {
    let start = try #require(text.firstRange(of: Array("\"\(key)\":\"".utf8))).upperBound
    let length = try #require(text[start...].firstIndex(of: UInt8(ascii: "\"")))
    return start..<length
  }

  @Test(arguments: ["mediaType", "hint", "payload", "payloadType", "sig"])
  func `no changed byte of what counts is let through`(key: String) throws {
    let bundle = try Fixtures.bytes(Self.path)
    let publicKey = try publicKey("p256")
    let range = try Self.range(of: key, in: bundle)
    for place in stride(from: range.lowerBound, to: range.upperBound, by: 1 + range.count / 64) {
      var changed = bundle
      changed[place] ^= 1
      let rule = try refusal {
        _ = try SigstoreBundle(parsing: changed).verifiedPayload(by: publicKey)
      }
      #expect(["G02", "G03", "G04", "G05"].contains(rule), "byte \(place)")
    }
  }

  @Test func `a changed byte anywhere is refused or changes nothing`() throws {
    let bundle = try Fixtures.bytes(Self.path)
    let publicKey = try publicKey("p256")
    let payload = try SigstoreBundle(parsing: bundle).verifiedPayload(by: publicKey)
    let text = try Self.range(of: "payload", in: bundle)
    for place in bundle.indices where !text.contains(place) {
      var changed = bundle
      changed[place] ^= 4
      let read = try? SigstoreBundle(parsing: changed).verifiedPayload(by: publicKey)
      #expect(read == nil || read == payload, "byte \(place)")
    }
  }

  @Test func `a bundle that ends early is refused`() throws {
    let bundle = try Fixtures.bytes(Self.path)
    for count in stride(from: 0, to: bundle.count, by: 41) {
      let rule = try refusal { _ = try SigstoreBundle(parsing: Array(bundle.prefix(count))) }
      #expect(rule == "G02")
    }
  }

  @Test func `a bundle beyond the limit is not even parsed`() throws {
    let bundle = [UInt8](repeating: 0x20, count: SigstoreBundle.maximumByteCount + 1)
    #expect(try refusal { _ = try SigstoreBundle(parsing: bundle) } == "G02")
  }

  @Test func `a statement with a changed byte is read as another one or refused`() throws {
    let bundle = try SigstoreBundle(parsing: Fixtures.bytes(Self.path))
    let payload = try bundle.verifiedPayload(by: publicKey("p256"))
    for place in stride(from: 0, to: payload.count, by: 11) {
      var changed = payload
      changed[place] ^= 1
      let rule = try refusal { _ = try InTotoStatement(parsing: changed) }
      #expect(rule == nil || rule == "G06" || rule == "G07", "byte \(place)")
    }
  }
}
