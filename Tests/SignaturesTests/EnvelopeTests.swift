import Testing

@testable import Signatures

struct EnvelopeTests {
  @Test func `the signed bytes are those of the example in the protocol`() {
    let bytes = DSSEEnvelope.signedBytes(
      type: "http://example.com/HelloWorld", payload: Array("hello world".utf8))
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == "DSSEv1 29 http://example.com/HelloWorld 11 hello world")
  }

  @Test func `lengths count bytes`() {
    let bytes = DSSEEnvelope.signedBytes(type: "é", payload: [0])
    #expect(bytes == Array("DSSEv1 2 é 1 \0".utf8))
  }

  /// The vectors of RFC 4648, section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `base64 is that of its standard`(plain: String, text: String) {
    #expect(Base64.encode(Array(plain.utf8)) == text)
    #expect(Base64.decode(text.utf8) == Array(plain.utf8))
  }

  @Test func `all bytes go through base64`() {
    let bytes = (0...255).map(UInt8.init)
    #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
    #expect(Base64.encode([0xfb, 0xff, 0xfe]) == "+//+")
  }

  @Test(arguments: [
    "Z", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zm8=\n", " Zm8=", "Zm9=", "Zh==", "Zm-_", "Zm8é",
  ])
  func `other base64 is refused`(text: String) {
    #expect(Base64.decode(text.utf8) == nil)
  }
}
