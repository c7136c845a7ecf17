import Checkpoints
import Diagnostics
import TensorCore
import TestSupport
import Testing

struct SafetensorsRejectionTests {
  static let rejects = [
    "C08-kept-bytes-left", "C08-kept-index-beyond-codebook", "C09-kept-axis-beyond",
    "C09-kept-cast-from-integer", "C09-kept-codes-of-other-shape",
    "C09-kept-columns-without-scales", "C09-kept-decodes-to-integer", "C09-kept-parts-swapped",
    "S01-above-limit", "S01-beyond-file", "S01-zero", "S02-byte-order-mark", "S02-newline",
    "S02-space", "S03-nul-padding", "S03-trailing-byte", "S04-no-payload", "S04-truncated",
    "S05-hole", "S05-not-from-zero", "S05-overlap", "S05-reversed", "S05-same-range",
    "S06-empty-range", "S06-too-long", "S06-too-short", "S07-behind-zero", "S07-bits",
    "S07-extent-above-63-bits", "S07-product", "S08-above-64-bits", "S08-exponent", "S08-float",
    "S08-leading-zero", "S08-negative", "S08-negative-zero", "S09-complex128", "S09-empty",
    "S09-lower-case", "S09-unknown", "S10-twice", "S10-twice-escaped",
    "S11-field",
    "S11-metadata", "S12-twice", "S13-null", "S13-number", "S13-object", "S13-string",
    "S14-array", "S14-dtype-object", "S14-extra-field", "S14-missing-dtype",
    "S14-missing-offsets", "S14-missing-shape", "S14-null-tensor", "S14-string-extent",
    "S14-three-offsets", "S15-bad-escape", "S15-invalid-utf8", "S15-lone-surrogate",
    "S15-overlong-utf8", "S15-raw-control", "S16-empty", "S16-long", "S16-nul", "S16-path",
    "S17-nesting", "S18-comment", "S18-cut-off", "S18-nan", "S18-second-document",
    "S18-single-quotes", "S18-trailing-comma", "S19-f4", "S19-f6", "S20-two", "S21-axes",
    "S23-zip-behind", "S23-zip-inside",
    "S26-bits-nine", "S26-codebook-size-negative", "S26-coverage-unknown", "S26-dtype-unknown",
    "S26-grid-five-states", "S26-grid-no-states", "S26-group-size-zero",
    "S26-grouped-size-zero", "S26-groups-overflow", "S26-list", "S26-method-number",
    "S26-method-unknown", "S26-name-taken",
    "S26-no-part", "S26-not-json", "S26-packed-zero-no-code", "S26-parameters-list",
    "S26-part-missing", "S26-part-number", "S26-part-of-two", "S26-part-twice", "S26-seven-parts",
    "S26-shape-negative", "S26-shape-overflow", "S26-shape-text",
  ]
  static let relaxed =
    [
      "S02-newline", "S02-space", "S10-twice", "S10-twice-escaped", "S12-twice", "S13-null",
      "S14-array", "S14-dtype-object", "S14-extra-field", "S16-empty", "S16-long", "S16-nul",
      "S16-path", "S20-two", "S23-zip-inside",
    ] + rejects.filter { $0.hasPrefix("S26-") && $0 != "S26-name-taken" }
  static let folders = [
    "S22-duplicate-key", "S22-missing-shard", "S22-no-such-tensor", "S22-no-weight-map",
    "S22-number-for-file", "S22-one-of-two", "S22-twice", "S22-unlisted-tensor",
    "S22-wrong-shard", "S25-absolute", "S25-backslash", "S25-nul", "S25-parent",
  ]

  private func read(_ name: String, audit: inout Audit) throws(Rejection) {
    let checkpoint = try SafetensorsFixture.open(
      "rejects/\(name).safetensors", audit: &audit)
    try SafetensorsFormat.checkBooleans(in: checkpoint, audit: &audit)
  }

  @Test(arguments: rejects)
  func `a file that breaks a rule is refused under that rule`(name: String) {
    var audit = Audit()
    let error = #expect(throws: Rejection.self) { try read(name, audit: &audit) }
    #expect(error?.rule.id == String(name.prefix(3)))
  }

  @Test(arguments: rejects)
  func `a file that breaks a rule is recognized all the same`(name: String) throws {
    let bytes = try Fixtures.bytes("safetensors/rejects/\(name).safetensors")
    let input = CheckpointInput(path: "", storage: Storage(bytes))
    #expect(SafetensorsFormat.recognizes(input))
  }

  @Test(arguments: relaxed)
  func `a relaxed rule lets the file in with a warning`(name: String) throws {
    let id = String(name.prefix(3))
    var audit = Audit(leniency: [id])
    try read(name, audit: &audit)
    #expect(audit.warnings.map(\.rule.id) == [id])
  }

  @Test(arguments: rejects.filter { !relaxed.contains($0) })
  func `leniency lets in no file that is broken beyond the rule`(name: String) {
    var audit = Audit(leniency: [String(name.prefix(3))])
    #expect(throws: Rejection.self) { try read(name, audit: &audit) }
  }

  @Test(arguments: folders)
  func `a folder whose index lies is refused`(name: String) throws {
    var audit = Audit()
    let input = CheckpointInput(
      path: Fixtures.path("safetensors/rejects/" + name), storage: Storage([]), isFolder: true)
    #expect(ShardedSafetensorsFormat.recognizes(input))
    let error = #expect(throws: Rejection.self) {
      try ShardedSafetensorsFormat.open(input, audit: &audit)
    }
    #expect(error?.rule.id == String(name.prefix(3)))
  }

  @Test func `every rejecting fixture is named here`() throws {
    let files = Self.rejects.map { $0 + ".safetensors" }
    #expect(try Fixtures.names(in: "safetensors/rejects") == (files + Self.folders).sorted())
  }

  @Test func `rule ids are unique and complete`() {
    let ids = (1...26).map { $0 < 10 ? "S0\($0)" : "S\($0)" }
    #expect(SafetensorsRules.all.map(\.id) == ids)
  }
}
