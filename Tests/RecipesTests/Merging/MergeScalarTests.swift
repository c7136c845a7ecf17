import JSON
import Merging
import TestSupport
import Testing
import YAML

@testable import Recipes

/// Values of parameters against what PyYAML and pydantic make of the same scalars.
struct MergeScalarTests {
  @Test(arguments: ["number", "integer", "flag"])
  func `a scalar is the value that mergekit takes it for`(kind: String) throws {
    let wanted = try #require(MergeValue.Kind(rawValue: kind))
    for entry in try JSONValue(parsing: Fixtures.bytes("merging/scalars.json")).elements ?? [] {
      let text = try #require(entry["text"]?.string)
      guard entry["type"]?.string != "error", let expected = entry[kind] else { continue }
      let document = try YAMLDocument("a: \(text)\n", under: MergeRules.malformed)
      let scalar = try #require(document.root["a"]?.scalar)
      let value = MergeValue(scalar, as: wanted)
      #expect(value == Self.value(expected, wanted), "\(text)")
    }
  }

  /// What is not finite is refused, and so are whole numbers that do not fit.
  private static func value(_ json: JSONValue, _ kind: MergeValue.Kind) -> MergeValue? {
    switch (kind, json) {
    case (.flag, .bool(let flag)): .flag(flag)
    case (.integer, .integer(let value)): .integer(value)
    case (.number, .integer(let value)): .number(Double(value))
    case (.number, .number(let value)): .number(value)
    default: nil
    }
  }
}
