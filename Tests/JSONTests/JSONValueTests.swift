import JSON
import Testing

struct JSONValueTests {
  static let documents: [(String, JSONValue)] = [
    ("null", JSONValue.null), (" true ", true), ("false", false), ("0", 0), ("-7", -7),
    ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
    ("18446744073709551615", .unsigned(.max)), ("1.5e3", 1500.0), ("-0", -0.0), ("0.1", 0.1),
    ("[]", []), ("{}", [:]), ("[1 , [2],{}]", [1, [2], [:]]),
    (#"{"b":1,"a":{"c":null}}"#, ["b": 1, "a": ["c": nil]]),
    (#""\"\\\/\b\f\n\r\t\u0041""#, "\"\\/\u{8}\u{c}\n\r\tA"),
    (#""\u00e9\ud83d\ude00é😀""#, "é😀é😀"), (#""a\u0000b""#, "a\u{0}b"),
  ]

  @Test(arguments: documents)
  func `a document is the value that RFC 8259 gives it`(
    text: String, value: JSONValue
  ) throws {
    #expect(try JSONValue(parsing: Array(text.utf8)) == value)
  }

  static let defects: [(String, JSONDefect)] = [
    ("", JSONDefect(.truncated, at: 0)), ("{", JSONDefect(.truncated, at: 1)),
    ("[1", JSONDefect(.truncated, at: 2)), ("\"a", JSONDefect(.truncated, at: 2)),
    ("\"\\u12", JSONDefect(.truncated, at: 5)), ("\u{feff}{}", JSONDefect(.byteOrderMark, at: 0)),
    ("[1,]", JSONDefect(.trailingComma, at: 2)), ("{\"a\":1,}", JSONDefect(.trailingComma, at: 6)),
    ("[1,,2]", JSONDefect(.unexpectedByte(0x2c), at: 3)), ("[NaN]", JSONDefect(.notANumber, at: 1)),
    ("[-Infinity]", JSONDefect(.notANumber, at: 1)), ("[1]//x", JSONDefect(.comment, at: 3)),
    ("/**/1", JSONDefect(.comment, at: 0)), ("\"\n\"", JSONDefect(.controlCharacter, at: 1)),
    (#""\ud800""#, JSONDefect(.loneSurrogate, at: 1)),
    (#""\udc00""#, JSONDefect(.loneSurrogate, at: 1)),
    (#""\ud800\u0041""#, JSONDefect(.loneSurrogate, at: 1)),
    (#""\x41""#, JSONDefect(.invalidEscape, at: 1)), ("01", JSONDefect(.malformedNumber, at: 0)),
    ("-", JSONDefect(.malformedNumber, at: 0)), ("1.", JSONDefect(.malformedNumber, at: 0)),
    (".5", JSONDefect(.malformedNumber, at: 0)), ("+1", JSONDefect(.malformedNumber, at: 0)),
    ("1e", JSONDefect(.malformedNumber, at: 0)),
    ("18446744073709551616", JSONDefect(.numberOutOfRange, at: 0)),
    ("1e400", JSONDefect(.numberOutOfRange, at: 0)),
    ("{} {}", JSONDefect(.trailingContent(0x7b), at: 3)),
    ("{'a':1}", JSONDefect(.unexpectedByte(0x27), at: 1)),
    ("{\"a\":1,\"a\":2}", JSONDefect(.duplicateKey("a"), at: 7)),
    ("nul", JSONDefect(.unexpectedByte(0x6e), at: 0)),
  ]

  @Test(arguments: defects)
  func `a document that RFC 8259 forbids is refused at the byte that breaks it`(
    text: String, defect: JSONDefect
  ) {
    #expect(throws: defect) { try JSONValue(parsing: Array(text.utf8)) }
  }

  @Test func `bytes that are no UTF-8 are refused where they stand`() {
    let defect = JSONDefect(.invalidUTF8, at: 2)
    #expect(throws: defect) { try JSONValue(parsing: [0x22, 0x61, 0xff, 0x22]) }
  }

  @Test func `64 brackets are followed and 65 are not`() throws {
    let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(throws: Never.self) { try JSONValue(parsing: Array(deepest.utf8)) }
    let bomb = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
    #expect(throws: JSONDefect(.tooDeep, at: 64)) { try JSONValue(parsing: bomb) }
  }

  @Test func `keys of the same look are not the same`() throws {
    let value: JSONValue = ["a\u{308}": 1]
    #expect(value["\u{E4}"] == nil && value["a\u{308}"] == 1)
    #expect(value != ["\u{E4}": 1])
  }

  @Test func `strings are escaped as serde_json escapes them`() {
    let text = "\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}é😀"
    #expect(
      JSONValue.string(text).text()
        == #""\"\\/\b\f\n\r\t\u0000\u001f"# + "\u{7f}é😀\"")
  }

  @Test func `the pretty form indents by two spaces and leaves empty lists alone`() {
    let value: JSONValue = ["a": [1, 2.5], "b": [], "c": [:]]
    #expect(
      value.text(.pretty) == """
        {
          "a": [
            1,
            2.5
          ],
          "b": [],
          "c": {}
        }
        """)
  }

  @Test(arguments: [
    0.1, 1e300, Double.leastNonzeroMagnitude, -0.0, 1.0 / 3, 123_456_789_012_345_680,
  ])
  func `a double reads back as the same bits`(value: Double) throws {
    let read = try JSONValue(parsing: JSONValue.number(value).encoded())
    guard case .number(let result) = read else {
      Issue.record("\(read) is no double")
      return
    }
    #expect(result.bitPattern == value.bitPattern)
  }

  @Test func `cutting or changing a document never traps`() {
    let document = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00",true],"b":{"c":null}}"#.utf8)
    for position in document.indices {
      _ = try? JSONValue(parsing: Array(document[..<position]))
      for byte: UInt8 in [0, 0x22, 0x2c, 0x5b, 0x5c, 0x7d, 0x80, 0xff] {
        var changed = document
        changed[position] = byte
        _ = try? JSONValue(parsing: changed)
      }
    }
  }
}
