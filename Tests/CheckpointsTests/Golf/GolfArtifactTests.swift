import Checkpoints
import Diagnostics
import JSON
import TestSupport
import Testing

struct GolfArtifactTests {
  static let accepts = [
    "a-scalar-scales-xz", "a-unmarked-zlib", "a-zlib-tag", "b1-bshf6-brotli", "b1-dict-meta-zstd",
    "b2-bshf5-xz", "b2-gate-lqer-bshf5-stride-2", "b2-gate-lqer-bshf5-stride-4", "b2-plain-brotli",
    "c-per-group", "d-binary-fp16-xz", "d-int4-stream-brotli", "d-int5-stream-xz",
    "d-int6-stream-zstd", "d-nibbles-xz", "d-ternary-base3-xz", "d-ternary-bitmask-xz",
    "d-xnor-brotli", "d-xnor-xz", "d-xnor-zstd", "depthrec-zstd-prefixed", "e-nested",
    "e-nested-zstd", "h-numpy-pickle-protocol-2", "h-numpy-pickle-zlib", "i-npz", "i-npz-deflated",
    "int8-zlib-root", "pgrp-small-3layer", "raw-final-model-pt", "ternary-base3-fp8",
    "wm-banks-lzma6", "wm-int6-zstd", "wm-lqer-asym-brotli", "wm-sdclip-gptqemb-brotli",
  ]
  static let rejects = [
    "C06-count-past-file", "C06-length-one-less", "C06-length-one-more", "C06-lengths-overflow",
    "C06-no-streams", "C06-too-few-streams", "C06-trailing-bytes", "C06-truncated-lengths",
    "C06-truncated-stream", "C07-absent", "C07-all-65535", "C07-odd-length", "C07-one-short",
    "C07-one-too-many", "C07-row-out-of-range", "C07-row-twice", "C08-bitmask-mask-missing",
    "C08-bitmask-signs-left", "C08-bitmask-signs-missing", "C08-bits-fewer-than-shape",
    "C08-nibbles-missing", "C08-sign-bytes-missing", "C08-stream-too-short", "C08-ternary-byte-243",
    "C08-ternary-bytes-left", "C08-ternary-bytes-missing", "C08-trits-fewer-than-shape",
    "C08-trits-huge", "C08-trits-negative", "C08-values-fewer-than-shape", "C09-clean-rows-differ",
    "C09-clean-scale-infinite", "C09-clean-scale-missing", "C09-clean-scale-nan",
    "C09-crop-larger-than-padding", "C09-group-scale-nan", "C09-group-size-zero",
    "C09-group-straddles-rows", "C09-groups-differ", "C09-meta-rows-differ",
    "C09-meta-scale-infinite", "C09-meta-scale-missing", "C09-nibble-scale-infinite",
    "C09-original-shape-differs", "C09-residual-groups-differ", "C09-residual-part-missing",
    "C09-residual-ranks-differ", "C09-residual-rows-differ", "C09-residual-scale-nan",
    "C09-stream-rows-differ", "C12-clean-axis", "C12-clean-dtype", "C12-clean-format",
    "C12-clean-scheme", "C12-entry-type", "C12-meta-dict-without-type", "C12-meta-number",
    "C12-meta-string", "C12-meta-suffix", "C12-meta-type",
  ]

  private func artifact(_ name: String) -> String {
    Fixtures.path("golf/accepts/\(name)/artifact")
  }

  /// What the training script's own code restores, as tensors or, where those are large, digests.
  private func expected(_ name: String) throws -> [String: Expectation.Facts] {
    let folder = "golf/accepts/\(name)"
    let files = try Fixtures.names(in: folder)
    guard files.contains("expected.safetensors") else {
      return try Expectation.facts(
        JSONValue(parsing: Fixtures.bytes("\(folder)/expected.sha256.json")))
    }
    return try Checkpoint.open(Fixtures.path("\(folder)/expected.safetensors")).facts()
  }

  @Test func `every artifact is named here`() throws {
    #expect(try Fixtures.names(in: "golf/accepts") == Self.accepts)
    #expect(try Fixtures.names(in: "golf/rejects") == Self.rejects.map { $0 + ".ptz" })
  }

  @Test(arguments: accepts)
  func `an artifact gives what the training script restores`(name: String) throws {
    #expect(try Checkpoint.open(artifact(name)).facts() == expected(name))
  }

  @Test(arguments: accepts)
  func `a scan finds nothing in an artifact`(name: String) throws {
    #expect(try SafetyReport(scanning: artifact(name)).findings.isEmpty)
  }

  @Test(arguments: rejects)
  func `a broken artifact is refused under its rule`(name: String) {
    let error = #expect(throws: Rejection.self) {
      try Checkpoint.open(Fixtures.path("golf/rejects/\(name).ptz"))
    }
    #expect(error?.rule.id == String(name.prefix(3)), "\(error.map(\.description) ?? "")")
  }

  @Test func `a turned bit in the remainder of a per-group artifact is found when bytes are read`()
    throws
  {
    let checkpoint = try Checkpoint.open(Fixtures.path("golf/damaged/Z04-remainder.ptz"))
    var audit = Audit()
    let error = #expect(throws: Rejection.self) { try checkpoint.verifyPayloads(audit: &audit) }
    #expect(error?.rule.id == "Z04")
  }
}
