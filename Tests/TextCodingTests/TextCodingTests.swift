import Testing
import TextCoding

struct TextCodingTests {
  /// The vectors of RFC 4648, section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `base64 is that of its standard`(plain: String, text: String) {
    #expect(Base64.encode(Array(plain.utf8)) == text)
    #expect(Base64.decode(text) == Array(plain.utf8))
  }

  @Test func `all bytes go through base64`() {
    let bytes = (0...255).map(UInt8.init)
    #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    #expect(Base64.encode([0xfb, 0xff, 0xfe]) == "+//+")
  }

  @Test(arguments: [
    "Z", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zm8=\n", " Zm8=", "Zm9=", "Zh==", "Zm-_", "Zm8é",
  ])
  func `other base64 is refused`(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  // MARK: Hexadecimal

  @Test func `bytes and digits stand for each other`() {
    #expect(Hexadecimal.text([0, 0x0f, 0xa5, 0xff]) == "000fa5ff")
    #expect(Hexadecimal.bytes("000fa5ff") == [0, 0x0f, 0xa5, 0xff])
    #expect(Hexadecimal.bytes("") == [])
  }

  @Test(arguments: ["0", "0g", "FF", "0x", " 00", "é0"])
  func `what is no hexadecimal text is refused`(text: String) {
    #expect(Hexadecimal.bytes(text) == nil)
  }

  // MARK: Percent-encoding

  @Test(arguments: [
    ("a b", "a%20b"), ("refs/pr/1", "refs%2Fpr%2F1"), ("é", "%C3%A9"), ("-._~", "-._~"),
    ("100%", "100%25"), ("a+b", "a%2Bb"),
  ])
  func `text is percent-encoded as RFC 3986 has it`(text: String, encoded: String) {
    #expect(PercentEncoding.encode(text) == encoded)
    #expect(PercentEncoding.decode(encoded) == text)
  }

  @Test func `paths keep their slashes`() {
    #expect(PercentEncoding.encode("a b/c", keeping: .slashes) == "a%20b/c")
  }

  @Test func `a plus is a space in forms only`() {
    #expect(PercentEncoding.decode("a+b", space: .plus) == "a b")
    #expect(PercentEncoding.decode("a+b") == "a+b")
  }

  @Test(arguments: ["%", "%2", "%g1", "%ff", "%+1"])
  func `what is no percent-encoding is refused`(text: String) {
    #expect(PercentEncoding.decode(text) == nil)
  }
}
