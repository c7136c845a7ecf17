import Diagnostics
import Pickle
import TestSupport
import Testing

struct SurveyTests {
  @Test func `a survey tells a call from an import alone`() throws {
    let called = try survey(Fixtures.bytes("pickle/rejects/P01-os-system.pkl"))
    #expect(called.imports.map(\.symbol.description) == ["os.system"])
    #expect(called.imports.map(\.uses) == [.called])
    #expect(called.imports.map { $0.danger?.id } == ["P01"])
    #expect(called.isComplete)
    let named = try survey(Fixtures.bytes("pickle/rejects/P01-import-alone.pkl"))
    #expect(named.imports.map(\.uses) == [[]])
  }

  @Test func `a survey of a cut stream still tells what ran before the cut`() throws {
    let found = try survey(Fixtures.bytes("pickle/rejects/P01-payload-then-truncation.pkl"))
    #expect(found.findings.map(\.rule.id) == ["P01", "P15"])
    #expect(!found.isComplete)
  }

  @Test func `a survey goes on after the first finding`() {
    let text = "\u{80}\u{2}cos\nsystem\n0cnumpy\nload\n0chelpers\nbuild\n)R."
    let found = survey(text.unicodeScalars.map { UInt8($0.value) })
    #expect(found.findings.map(\.rule.id) == ["P01", "P13", "P40"])
    #expect(found.imports.count == 3)
  }

  @Test func `a survey gives findings in the order of the stream`() {
    let text = "\u{80}\u{2}chelpers\nsetup\n0cos\nsystem\n0N."
    let found = survey(text.unicodeScalars.map { UInt8($0.value) })
    #expect(found.findings.map(\.rule.id) == ["P02", "P01"])
  }
}
