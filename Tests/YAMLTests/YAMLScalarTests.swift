import Diagnostics
import JSON
import TestSupport
import Testing
import YAML

/// Scalars against what PyYAML makes of them.
struct YAMLScalarTests {
  private static let rule = Rule("TST", "no document", because: "It is a test.", remedy: "None.")

  @Test func `scalars are what PyYAML reads`() throws {
    let entries = try JSONValue(parsing: Fixtures.bytes("merging/scalars.json")).elements ?? []
    #expect(entries.count > 250)
    for entry in entries {
      let text = try #require(entry["text"]?.string)
      // What PyYAML stumbles over may be a text.
      guard let type = entry["type"]?.string, type != "error" else { continue }
      let document = try YAMLDocument("a: \(text)\n", under: Self.rule)
      let scalar = try #require(document.root["a"]?.scalar)
      let wanted = try #require(entry["value"])
      #expect(Self.agree(scalar, wanted, type: type), "\(text) is \(scalar), not \(wanted.text())")
    }
  }

  private static func agree(_ scalar: YAMLScalar, _ value: JSONValue, type: String) -> Bool {
    switch (type, scalar) {
    case ("NoneType", .null): true
    case ("bool", .flag(let flag)): value == .bool(flag)
    case ("int", .integer(let number)): value == .integer(number)
    // Python's whole numbers have no end.
    case ("int", .number(let number)): Self.double(value) == number
    case ("float", .number(let number)): Self.double(value)?.bitPattern == number.bitPattern
    case ("str", .text(let text)), ("date", .text(let text)): value == .string(text)
    default: false
    }
  }

  private static func double(_ value: JSONValue) -> Double? {
    value.string.flatMap(Double.init) ?? Double(value.text())
  }

  @Test func `every value has its line`() throws {
    let document = try YAMLDocument(
      "a: 1\nb:\n  - c\n  -\n    d: {e: f,\n  g: h}\n", under: Self.rule)
    let list = try #require(document.root["b"])
    #expect(list.elements?.map(\.line) == [3, 5])
    let inner = try #require(list.elements?.last?["d"])
    #expect(inner.members?.map(\.line) == [5, 6])
    #expect(document.root.members?.map(\.line) == [1, 2])
  }

  @Test func `documents of a stream keep the lines of the file`() throws {
    let documents = try YAMLDocument.all("a: 1\n---\n\nb: 2\n...\n---\nc: 3\n", under: Self.rule)
    #expect(documents.map { $0.root.members?.first?.key } == ["a", "b", "c"])
    #expect(documents.map { $0.root.members?.first?.line } == [1, 4, 7])
  }

  @Test func `a key that stands twice is named with its line in a later document`() {
    let error = #expect(throws: Rejection.self) {
      try YAMLDocument.all("a: 1\n---\nb: 2\nb: 3\n", under: Self.rule)
    }
    #expect(error?.message == "line 4: b stands twice")
  }
}
