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
}
