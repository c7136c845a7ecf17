import FuzzEntries
import TestSupport
import Testing

/// A file for one of the fuzzers' entries.
struct FuzzInput: CustomTestStringConvertible, Sendable {
  let entry: FuzzEntry
  /// The path below `Fixtures/`.
  let path: String

  var testDescription: String { "\(entry.rawValue): \(path)" }

  func run() throws {
    let bytes = try Fixtures.bytes(path)
    entry.run(bytes.span.bytes)
  }

  /// Where the fuzzers leave what they found, in a folder for each entry.
  static let failures = "../Tests/Fuzz/Failures"

  static func pastFailures() throws -> [FuzzInput] {
    try FuzzEntry.allCases.flatMap { entry in
      let folder = "\(failures)/\(entry.rawValue)"
      return try Fixtures.names(in: folder).map { FuzzInput(entry: entry, path: "\(folder)/\($0)") }
    }
  }

  /// Files that reach deep into the parsers.
  static let seeds = [
    FuzzInput(entry: .pickle, path: "pickle/accepts/plain-2.txt"),
    FuzzInput(entry: .pickle, path: "pickle/rejects/P23-nested-lists.pkl"),
    FuzzInput(entry: .zip, path: "pytorch/accepts/state-dict.pt"),
    FuzzInput(entry: .zip, path: "zip/rejects/Z09-ratio.zip"),
    FuzzInput(entry: .tar, path: "tar/accepts/pax.tar"),
    FuzzInput(entry: .tar, path: "tar/rejects/Z19-pax-size-overflow.tar"),
    FuzzInput(entry: .codecs, path: "compressed/rejects/C01-xz-bomb.bin"),
    FuzzInput(entry: .codecs, path: "golf/accepts/c-per-group/artifact"),
    FuzzInput(entry: .safetensors, path: "safetensors/accepts/f4.safetensors"),
    FuzzInput(entry: .safetensors, path: "safetensors/rejects/S17-nesting.safetensors"),
    FuzzInput(entry: .numpy, path: "numpy/accepts/version-3.npy"),
    FuzzInput(entry: .json, path: "numpy/accepts.json"),
    FuzzInput(entry: .sentencepiece, path: "tokenizers/accepts/bpe-unused.model"),
    FuzzInput(entry: .tokenizer, path: "tokenizers/accepts/mistral.json"),
    FuzzInput(entry: .shard, path: "tokenizers/accepts/part_val_000000.bin"),
    FuzzInput(entry: .xorb, path: "xet/accepts/tails.xorb"),
    FuzzInput(entry: .xorb, path: "xet/accepts/byte-footer.xorb"),
    FuzzInput(entry: .xetShard, path: "xet/accepts/halves.2.shard"),
    FuzzInput(entry: .xetShard, path: "xet/rejects/X08-segments.shard"),
    FuzzInput(entry: .recipe, path: "../Tests/Fuzz/Seeds/recipe/general.yml"),
    FuzzInput(entry: .recipe, path: "../Tests/Fuzz/Seeds/recipe/methods.yml"),
    FuzzInput(entry: .recipe, path: "../Tests/Fuzz/Seeds/recipe/references.yml"),
    FuzzInput(entry: .adapter, path: "../Tests/Fuzz/Seeds/adapter/patterns.json"),
    FuzzInput(entry: .adapter, path: "../Tests/Fuzz/Seeds/adapter/magnitudes.json"),
    FuzzInput(entry: .record, path: "records/accepts/means-and-results.json"),
    FuzzInput(entry: .record, path: "records/sharing/manifest.json"),
    FuzzInput(entry: .signature, path: "signatures/accepts/p521.sig"),
    FuzzInput(entry: .signature, path: "signatures/keys/test-only-p384-sec1.pem"),
    FuzzInput(entry: .signature, path: "../Tests/Fuzz/Seeds/signature/files.json"),
    FuzzInput(entry: .signature, path: "../Tests/Fuzz/Seeds/signature/shards.json"),
    FuzzInput(entry: .checkpoint, path: "pytorch/accepts/tar-with-views.pt"),
    FuzzInput(entry: .checkpoint, path: "golf/accepts/b1-bshf6-brotli/artifact"),
    FuzzInput(entry: .conversion, path: "pytorch/accepts/tar-with-views.pt"),
    FuzzInput(entry: .conversion, path: "safetensors/accepts/tied.safetensors"),
    FuzzInput(entry: .conversion, path: "safetensors/rejects/S16-long.safetensors"),
    FuzzInput(entry: .conversion, path: "safetensors/kept/matrix-codes.safetensors"),
  ]
}
