/// The parsers as the fuzzers run them: any bytes in, and nothing may trap, hang or swallow memory.
///
/// The tests replay past failures through the same entries, so neither can drift from the other.
public enum FuzzEntry: String, CaseIterable, Sendable {
  /// The pickle machine.
  case pickle
  /// Zip archives, every entry unpacked.
  case zip
  /// Tar archives.
  case tar
  /// Compressors, transforms and the per-group container.
  case codecs
  /// The headers of safetensors files.
  case safetensors
  /// The headers of NumPy arrays.
  case numpy
  /// JSON in both directions.
  case json
  /// Birdie artifacts, every tensor decoded.
  case artifact
  /// SentencePiece models.
  case sentencepiece
  /// Tokenizers described in JSON.
  case tokenizer
  /// The headers of token shards.
  case shard
  /// Xorbs, the uploads of Xet's clients, every chunk decoded and written again.
  case xorb
  /// Xet's shards, written again.
  case xetShard = "xet-shard"
  /// Recipes in YAML, with the methods that they name.
  case recipe
  /// Low-rank adapters: their configuration and the names of their tensors.
  case adapter
  /// Descriptions, manifests, indexes and logs of records.
  case record
  /// Signature files, the statements in them, and keys.
  case signature
  /// Whole checkpoints of any format, the compressed artifacts included.
  case checkpoint
  /// Folders of several files: safetensors shards with an index, distributed checkpoints.
  case folder
  /// Conversions: what was written is read again and compared.
  case conversion

  /// Runs `bytes` through the entry; what a parser rejects is fine.
  public func run(_ bytes: RawSpan) {
    switch self {
    case .pickle: Self.runPickle(bytes)
    case .zip: Self.unpackZip(bytes)
    case .tar: Self.readTar(bytes)
    case .codecs: Self.decode(bytes)
    case .safetensors: Self.readSafetensors(bytes)
    case .numpy: Self.readNumPy(bytes)
    case .json: Self.rewriteJSON(bytes)
    case .artifact: Self.readArtifact(bytes)
    case .sentencepiece: Self.readSentencePiece(bytes)
    case .tokenizer: Self.readTokenizerDescription(bytes)
    case .shard: Self.readShard(bytes)
    case .xorb: Self.rewriteXorb(bytes)
    case .xetShard: Self.rewriteXetShard(bytes)
    case .recipe: Self.readRecipe(bytes)
    case .adapter: Self.applyAdapter(bytes)
    case .record: Self.readRecord(bytes)
    case .signature: Self.readSignature(bytes)
    case .checkpoint: Self.openCheckpoint(bytes)
    case .folder: Self.openFolder(bytes)
    case .conversion: Self.convertFile(bytes)
    }
  }
}
