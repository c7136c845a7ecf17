/// Finds the curve that a key in DER is on.
///
/// Keys of another curve can have the same length, and swift-crypto would take them for its own.
enum NamedCurve {
  /// Tags of ASN.1 as DER writes them.
  private enum Tag {
    static let integer: UInt8 = 0x02
    static let octets: UInt8 = 0x04
    static let identifier: UInt8 = 0x06
    static let sequence: UInt8 = 0x30
    static let parameters: UInt8 = 0xa0
  }

  private struct Element {
    let tag: UInt8
    let content: ArraySlice<UInt8>
  }

  /// 1.2.840.10045.2.1, id-ecPublicKey.
  private static let ellipticKey: [UInt8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]
  private static let curves: [[UInt8]: EllipticCurve] = [
    [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]: .p256,
    [0x2b, 0x81, 0x04, 0x00, 0x22]: .p384,
    [0x2b, 0x81, 0x04, 0x00, 0x23]: .p521,
  ]

  /// The curve of a private key in PKCS #8 or SEC 1, or of a SubjectPublicKeyInfo; nil where it is
  /// another one or is not named.
  static func of(_ key: [UInt8]) -> EllipticCurve? {
    guard let whole = elements(key[...])?.first, whole.tag == Tag.sequence,
      let parts = elements(whole.content), parts.count >= 2
    else { return nil }
    switch (parts[0].tag, parts[1].tag) {
    case (Tag.sequence, _): return curve(ofAlgorithm: parts[0])
    case (Tag.integer, Tag.sequence): return curve(ofAlgorithm: parts[1])
    case (Tag.integer, Tag.octets):
      let parameters = parts.first { $0.tag == Tag.parameters }
      return parameters.flatMap { elements($0.content)?.first }.flatMap(curve(named:))
    default: return nil
    }
  }

  private static func curve(ofAlgorithm algorithm: Element) -> EllipticCurve? {
    guard let parts = elements(algorithm.content), parts.count == 2,
      parts[0].tag == Tag.identifier, parts[0].content.elementsEqual(ellipticKey)
    else { return nil }
    return curve(named: parts[1])
  }

  private static func curve(named element: Element) -> EllipticCurve? {
    element.tag == Tag.identifier ? curves[Array(element.content)] : nil
  }

  /// The elements that fill `bytes`; nil where they do not. Lengths beyond two bytes are no key's.
  private static func elements(_ bytes: ArraySlice<UInt8>) -> [Element]? {
    var rest = bytes
    var elements: [Element] = []
    while let tag = rest.popFirst() {
      guard var count = rest.popFirst().map(Int.init) else { return nil }
      if count > 0x7f {
        guard count == 0x81 || count == 0x82 else { return nil }
        let lengthByteCount = count & 0x7f
        guard rest.count >= lengthByteCount else { return nil }
        count = rest.prefix(lengthByteCount).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(lengthByteCount)
      }
      guard rest.count >= count else { return nil }
      elements.append(Element(tag: tag, content: rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return elements
  }
}
