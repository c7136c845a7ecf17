import Diagnostics
import Testing

struct AuditTests {
  private static let strict = Rule("T01", "strict", because: "…", remedy: "…")
  private static let relaxable = Rule(
    "T02", "relaxable", because: "…", remedy: "…", isRelaxable: true)

  @Test func `a relaxed rule becomes a warning`() throws {
    var audit = Audit(leniency: ["T02"])
    try audit.enforce(Self.relaxable, "seen", at: Place(file: "a.pt"))
    #expect(audit.warnings.map(\.rule.id) == ["T02"])
  }

  @Test func `a rule that is not relaxable rejects even when the caller is lenient`() {
    var audit = Audit(leniency: ["T01"])
    #expect(throws: Rejection.self) { try audit.enforce(Self.strict, "seen") }
    #expect(audit.warnings.isEmpty)
  }

  @Test func `warnings beyond the maximum are counted and not kept`() {
    var audit = Audit()
    for _ in 0..<Audit.maximumWarnings + 3 { audit.warn(Self.strict, "seen") }
    #expect(audit.warnings.count == Audit.maximumWarnings)
    #expect(audit.droppedWarnings == 3)
  }

  @Test func `a rejection keeps its own place and takes the rest from the outside`() {
    let inner = Rejection(Self.strict, "seen", at: Place(member: "data/3", offset: 7))
    let place = inner.inside(Place(file: "a.pt", member: "ignored")).place
    #expect(place.description == "a.pt: data/3: byte 7")
  }
}
