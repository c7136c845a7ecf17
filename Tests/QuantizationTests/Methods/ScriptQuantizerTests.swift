import JSON
import Quantization
import Testing

/// The quantizers of the challenge's script and records against what their formulas give in PyTorch.
struct ScriptQuantizerTests {
  static let clean: [MethodFixture] = [
    .init("clean-rows-127", CleanRows.self),
    .init("clean-rows-31", CleanRows.self, [("greatest", .integer(31))]),
    .init("clean-rows-127-tensor", CleanRows.self, [("coverage", .string("tensor"))]),
  ]

  @Test(arguments: clean)
  func `clean rows have the script's codes and scales`(_ fixture: MethodFixture) throws {
    let differences = try fixture.differences()
    #expect(differences == [])
  }

  static let records: [MethodFixture] = [
    record("absmax", 15), record("absmax", 31), record("floored", 31), record("search", 31),
    record("gate", 127), record("deadzone", 15, ("deadzone", .integer(1))),
    record("deadzone", 31), record("absmax", 31, ("coverage", .string("tensor"))),
    record("floored", 31, ("coverage", .string("tensor"))),
  ]

  private static func record(
    _ rule: String, _ greatest: Int, _ more: (key: String, value: JSONValue)...
  ) -> MethodFixture {
    let suffix = more.contains { $0.key == "coverage" } ? "-tensor" : ""
    return MethodFixture(
      "record-rows-\(rule)-\(greatest)\(suffix)", RecordRows.self,
      [("rule", .string(rule)), ("greatest", .integer(greatest))] + more)
  }

  @Test(arguments: records)
  func `record rows have the records' codes and scales`(_ fixture: MethodFixture) throws {
    let differences = try fixture.differences()
    #expect(differences == [])
  }
}
