import Diagnostics
import JSON
import Testing

/// What is said of members that are not as they have to be.
struct ObjectReaderTests {
  private enum Key: String { case text, count, list, inner }

  private static let rule = Rule("T01", "a test's", because: "", remedy: "")

  private func reader(_ json: String) throws -> ObjectReader<Key> {
    try ObjectReader(
      JSONValue(parsing: Array(json.utf8), orRefuse: Self.rule), orRefuse: Self.rule)
  }

  @Test func `a defect is told by where it stands`() throws {
    let json = try reader(
      #"{"inner": [{"text": "a"}, {"text": 7, "count": -1, "list": [1, "b"]}]}"#)
    let second = try json.objects(.inner)[1]
    for (message, read) in [
      ("inner[1].text is no text", { _ = try second.text(.text) }),
      ("inner[1].count is no count", { _ = try second.count(.count) }),
      ("inner[1].list is no list of texts", { _ = try second.texts(.list) }),
      ("inner[1].inner is missing", { _ = try second.object(.inner) }),
    ] as [(String, () throws -> Void)] {
      let rejection = #expect(throws: Rejection.self) { try read() }
      #expect(rejection?.message == message)
    }
  }

  @Test func `null is as good as nothing`() throws {
    let json = try reader(#"{"text": null, "inner": null}"#)
    #expect(try json.optionalText(.text) == nil)
    #expect(try json.optionalObjects(.inner).isEmpty)
  }

  @Test func `what is no JSON breaks the rule at its byte`() {
    let rejection = #expect(throws: Rejection.self) { try reader(#"{"text": }"#) }
    #expect(rejection?.rule == Self.rule && rejection?.place.offset == 9)
  }
}
