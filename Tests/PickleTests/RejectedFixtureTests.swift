import Diagnostics
import Pickle
import TestSupport
import Testing

struct RejectedFixtureTests {
  static let files = [
    "P01-builtin-exec", "P01-builtins-eval", "P01-dotted-eval", "P01-getattr", "P01-import",
    "P01-import-alone", "P01-inst-os", "P01-nt-system", "P01-open", "P01-os-system",
    "P01-payload-then-truncation", "P01-pip", "P01-posix-system", "P01-stack-global",
    "P01-stack-global-from-memo", "P01-subprocess-popen", "P01-sys-modules", "P02-import-alone",
    "P02-import-as-value", "P03-stack-global-of-bytes", "P03-stack-global-of-numbers",
    "P04-inst", "P05-obj", "P06-newobj", "P06-newobj-ex", "P06-newobj-plain-state",
    "P06-newobj-with-arguments", "P06-one-of-two-is-no-module", "P07-newobj-of-string",
    "P07-reduce-list-arguments", "P07-reduce-number", "P07-reduce-result", "P08-build-dict",
    "P08-build-symbol", "P08-build-twice", "P09-slots", "P10-ext1", "P10-ext2", "P10-ext4",
    "P11-persid", "P12-carriage-return", "P12-dotted", "P12-empty-name", "P12-look-alike",
    "P12-newline-in-name", "P12-not-utf8", "P12-nul", "P13-call-of-constant", "P13-cloudpickle",
    "P13-codetype", "P13-fileio", "P13-instance-called", "P13-logging", "P13-numpy-load",
    "P13-operator", "P13-partial", "P13-torch-exec-wrapper", "P13-torch-hub", "P13-torch-load",
    "P14-unlisted-then-damage", "P14-unlisted-then-truncated", "P15-empty",
    "P15-inside-operand", "P15-no-stop", "P15-unfinished-line", "P16-trailing-zeros",
    "P17-second-pickle", "P17-second-pickle-imports", "P18-missing", "P18-repeated",
    "P18-version-6", "P18-version-99", "P19-beyond-stream", "P19-nested", "P19-past-stop",
    "P19-straddled", "P20-left-over", "P20-no-mark", "P20-open-mark", "P20-pop-across-mark",
    "P20-stop-on-nothing", "P20-tuple2-of-one", "P21-binget", "P21-long-binget",
    "P22-sparse-memo", "P22-text", "P23-nested-lists", "P23-nested-tuples", "P24-billion-laughs",
    "P25-binbytes8", "P25-binstring-negative", "P25-binunicode", "P25-binunicode8",
    "P25-bytearray8", "P25-long1", "P26-long4-giant", "P26-long4-negative", "P27-dict-odd",
    "P27-odd", "P27-setitem-list", "P27-setitems-tuple", "P28-additems-list", "P28-append-dict",
    "P28-appends-tuple", "P29-bytearray-key", "P29-list-in-tuple-key", "P29-list-key",
    "P29-ordered-dict-key", "P29-set-of-dict", "P30-one-and-float", "P30-one-and-true",
    "P30-ordered-dict", "P30-string-twice", "P30-tuple-twice", "P31-dict-through-tuple",
    "P31-list", "P31-object-state", "P32-invalid-utf8", "P32-lone-surrogate", "P32-overlong",
    "P38-float-hex", "P38-get-huge", "P38-get-words", "P38-int-huge", "P38-put-negative",
    "P39-next-buffer", "P39-text-string", "P39-unknown-opcode", "P40-unlisted-call",
  ]

  @Test(arguments: files)
  func `a hostile pickle is rejected under the rule its file is named after`(
    file: String
  ) throws {
    let bytes = try Fixtures.bytes("pickle/rejects/\(file).pkl")
    #expect(rejectingRule(bytes) == String(file.prefix(3)))
  }

  @Test(arguments: files)
  func `a survey of a hostile pickle finds the same rule or says why it stopped`(
    file: String
  ) throws {
    let bytes = try Fixtures.bytes("pickle/rejects/\(file).pkl")
    // Trailing bytes are no part of one pickle; damage is told apart from the imports before it.
    guard !file.hasPrefix("P14"), !file.hasPrefix("P16"), !file.hasPrefix("P17") else { return }
    #expect(survey(bytes).findings.contains { $0.rule.id == file.prefix(3) })
  }

  @Test func `every hostile pickle in the folder is listed here`() throws {
    let names = try Fixtures.names(in: "pickle/rejects")
    #expect(Set(names) == Set(Self.files.map { $0 + ".pkl" }))
  }

  @Test func `every rule that the machine enforces has a hostile pickle`() {
    let byTheReader: Set = ["P33", "P34", "P35", "P36", "P37"]
    let covered = Set(Self.files.map { String($0.prefix(3)) })
    #expect(covered.union(byTheReader) == Set(PickleRules.all.map(\.id)))
  }

  @Test func `rules are numbered P01 to P40 without gap or repetition`() {
    let numbers = (1...40).map { ($0 < 10 ? "P0" : "P") + "\($0)" }
    #expect(PickleRules.all.map(\.id).sorted() == numbers)
  }
}
