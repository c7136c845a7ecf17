import Checkpoints
import Diagnostics
import TestSupport
import Testing

struct PyTorchRejectionTests {
  static let rejects = [
    "P01-legacy-magic-by-eval", "P01-nested-stream-imports-protocol-2", "P01-nested-stream-imports",
    "P07-nested-text", "P13-legacy-magic-by-addition", "P13-module-constructor-called",
    "P13-nested-in-nested", "P13-nested-nothing", "P13-nested-number", "P13-nested-tensor",
    "P13-nested-zip", "P24-shared-lists-below-a-key", "P25-nested-cut-off",
    "P33-bytearray-of-a-length",
    "P33-bytes-of-a-length", "P34-codec-rot13", "P34-codec-zlib", "P34-text-beyond-latin1",
    "P35-facts-are-a-list", "P35-nested-number-1002", "P35-protocol-number-1002",
    "P36-object-array-protocol-2", "P36-object-array-protocol-5", "P36-object-field",
    "P36-object-scalar", "P37-arguments-for-new", "P37-state-is-no-dict",
    "S24-name-of-the-metadata", "T01-record-too-long", "T01-record-too-short",
    "T02-nested-size-past-end", "T02-offset-past-end", "T02-size-past-end", "T02-stride-past-end",
    "T03-negative-offset", "T03-negative-size", "T03-negative-storage-length",
    "T03-negative-stride", "T04-offset-far-past-end", "T04-shape-product-overflow",
    "T04-shape-wraps-to-zero", "T04-storage-length-overflow", "T04-stride-overflow",
    "T05-stride-zero-bomb", "T05-stride-zero-in-sum", "T05-stride-zero-many", "T06-rank-65",
    "T06-size-and-stride-ranks-differ", "T07-missing-record", "T07-nul", "T07-parent-folder",
    "T07-slash", "T08-two-dtypes", "T08-two-lengths", "T09-device-array-of-another-integer",
    "T09-dtype-is-a-scheme", "T09-storage-class-is-a-dtype", "T09-unknown-dtype",
    "T09-unknown-storage-class", "T10-axis-out-of-range", "T10-negative-axis", "T10-too-few-scales",
    "T10-too-many-zero-points", "T11-coo-index-out-of-range", "T11-coo-negative-index",
    "T11-csr-column-out-of-range", "T11-csr-rows-decrease", "T11-csr-rows-past-values",
    "T12-conj-of-float", "T12-neg-of-integer", "T13-complex128", "T13-complex32", "T13-meta",
    "T13-quantized", "T14-nonfinite", "T15-channel-scale-infinite", "T15-scale-infinite",
    "T15-scale-nan", "T16-byteorder-empty", "T16-byteorder-with-newline", "T16-unknown-byteorder",
    "T18-key-listed-twice", "T18-legacy-storage-truncated", "T18-length-differs-from-program",
    "T18-missing-key", "T18-negative-length", "T18-nested-payload-cut-off",
    "T18-nested-trailing-bytes", "T18-trailing-bytes", "T18-unknown-key", "T19-no-tensors",
    "T20-two-tensors", "T21-tensor-of-a-parameter", "T22-complex-scalar",
    "T22-dates", "T22-extended-precision", "T22-extended-scalar", "T22-structured-array",
    "T22-text", "T23-name-of-4097-bytes", "T23-shared-tuples-in-a-key", "Z13-nested-root",
    "Z13-no-root",
    "Z13-two-roots", "Z14-constants-without-program", "Z14-no-program", "Z14-no-version",
    "Z14-version-0", "Z14-version-11", "Z14-version-no-number", "Z14-version-of-400-digits",
    "Z15-constants-beside-state-dict", "Z17-deflated-storage", "Z18-extra-member",
    "Z18-unreferenced-storage", "Z20-alignment-no-number", "Z20-alignment-zero",
    "Z20-format-version-no-number",
  ]
  /// Files that can be read and whose breach shows later or as a warning.
  static let readable = [
    "S24-name-of-the-metadata", "T21-tensor-of-a-parameter", "T22-complex-scalar", "T22-dates",
    "T22-extended-precision", "T22-extended-scalar", "T22-structured-array", "T22-text",
    "T13-complex128", "T13-complex32", "T13-meta", "T13-quantized", "T14-nonfinite",
    "Z15-constants-beside-state-dict", "Z17-deflated-storage", "Z18-extra-member",
    "Z18-unreferenced-storage",
  ]

  /// Files that cannot be read, and those of them that leniency lets in.
  static let refused = rejects.filter { !readable.contains($0) }
  static let relaxable = refused.filter { rule($0)?.isRelaxable == true }

  /// The rule that a file is named after.
  private static func rule(_ name: String) -> Rule? {
    ReadingRules.all.first { $0.id == id(name) }
  }

  private static func id(_ name: String) -> String { String(name.prefix(3)) }

  private func path(_ name: String) -> String { Fixtures.path("pytorch/rejects/\(name).pt") }

  @Test func `every rejecting fixture is named here`() throws {
    #expect(try Fixtures.names(in: "pytorch/rejects") == Self.rejects.map { $0 + ".pt" })
  }

  @Test(arguments: refused)
  func `a file that breaks a rule is refused under that rule`(name: String) {
    let error = #expect(throws: Rejection.self) { try Checkpoint.open(path(name)) }
    #expect(error?.rule.id == Self.id(name), "\(error.map(\.description) ?? "")")
  }

  @Test(arguments: readable.filter { $0.hasPrefix("T13") || $0.hasPrefix("S24") })
  func `what safetensors cannot hold is read and not written`(name: String) throws {
    let checkpoint = try Checkpoint.open(path(name))
    let error = #expect(throws: Rejection.self) {
      try checkpoint.conversionReport(to: "/nowhere/x.safetensors", ConversionOptions())
    }
    #expect(error?.rule.id == Self.id(name))
  }

  /// What to do about a tensor that cannot be written depends on the tensor.
  static let advice = [
    "T13-complex32": "choose --to pytorch", "T13-complex128": "choose --to pytorch",
    "T13-meta": "save it with its weights", "T13-quantized": "--codes decode",
  ]

  @Test(arguments: advice)
  func `a tensor that cannot be written comes with advice that helps it`(
    name: String, advice: String
  ) throws {
    let error = #expect(throws: Rejection.self) {
      try Checkpoint.open(path(name))
        .conversionReport(to: "/nowhere/x.safetensors", ConversionOptions())
    }
    #expect(error?.message.contains(advice) == true)
    #expect(error?.message.contains("--dtype") == false)
  }

  @Test func `a name that is too long is bad data and no danger`() throws {
    let error = #expect(throws: Rejection.self) {
      try Checkpoint.open(path("T23-name-of-4097-bytes"))
    }
    #expect(error?.rule.status == .badData)
    #expect(error?.message.contains("kkkk") == true)
  }

  @Test(arguments: readable.filter { $0.hasPrefix("Z") || $0.hasPrefix("T2") })
  func `what torch reads and we only wonder about is a warning`(name: String) throws {
    #expect(try Checkpoint.open(path(name)).warnings.map(\.rule.id).contains(Self.id(name)))
  }

  @Test func `a scan counts the elements that are no finite numbers`() throws {
    let report = try SafetyReport(scanning: path("T14-nonfinite"))
    #expect(report.warnings.map(\.rule.id) == ["T14"])
    #expect(report.verdict == .clean)
  }

  @Test(arguments: relaxable)
  func `a relaxed rule lets in what it alone keeps out`(name: String) throws {
    let checkpoint = try Checkpoint.open(path(name), leniency: [Self.id(name)])
    #expect(checkpoint.warnings.map(\.rule.id).contains(Self.id(name)))
  }

  @Test(arguments: refused.filter { !relaxable.contains($0) })
  func `leniency cannot excuse a rule that is not relaxable`(name: String) {
    #expect(throws: Rejection.self) {
      try Checkpoint.open(path(name), leniency: [Self.id(name)])
    }
  }

  @Test(arguments: refused)
  func `a scan files the breach as a finding`(name: String) throws {
    let report = try SafetyReport(scanning: path(name))
    #expect(report.findings.map(\.rule.id).contains(Self.id(name)))
    #expect(report.verdict != .clean)
  }

  @Test func `a scan sees code in a nested file although the pickle around it breaks off`() throws {
    let folder = try TemporaryFolder()
    let bytes = try Fixtures.bytes("pytorch/rejects/P01-nested-stream-imports.pt")
    try folder.write("torn", Array(bytes.dropLast(8)))
    let report = try SafetyReport(scanning: folder.path("torn"))
    #expect(report.verdict == .dangerous)
    #expect(report.findings.contains { $0.rule.id == "P01" && $0.place.member == "bytes" })
  }
}
