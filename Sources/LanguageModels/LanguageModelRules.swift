public import Diagnostics

/// The rules of tokenizers (K…) and token shards (V…).
public enum LanguageModelRules {
  /// A SentencePiece model whose encoding is broken.
  public static let damagedModel = Rule(
    "K01", "damaged SentencePiece model",
    because: """
      A .model file is a protocol buffer: fields with lengths. A length that reaches beyond the \
      end means that the file was cut or altered, and its vocabulary would be another one.
      """,
    remedy: "Download or copy the .model file again and compare its digest.")
  /// Pieces that contradict each other.
  public static let contradictoryPieces = Rule(
    "K02", "contradictory vocabulary",
    because: """
      Each piece needs a text of its own, a finite score, and one piece must stand for what is \
      unknown. Where byte fallback is on, all 256 byte pieces must be there. SentencePiece refuses \
      such a model too.
      """,
    remedy: "Train or export the tokenizer again.")
  /// A kind of SentencePiece model that is not implemented.
  public static let unsupportedModel = Rule(
    "K03", "unsupported SentencePiece model",
    because: "Only BPE and unigram models are implemented; word and char models split differently.",
    remedy: "Use a BPE or unigram model.")
  /// A normalization table that points outside of itself.
  public static let damagedCharacterMap = Rule(
    "K04", "damaged normalization table",
    because: """
      The precompiled table rewrites characters before they are tokenized. One whose sizes are \
      wrong would rewrite text with bytes that do not belong to it.
      """,
    remedy: "Download or copy the .model file again and compare its digest.")
  /// A token id that the vocabulary does not have.
  public static let unknownToken = Rule(
    "K05", "token id outside the vocabulary",
    because: "An id that no piece has cannot be turned into text, nor can its bytes be counted.",
    remedy: "Use the tokenizer that the tokens were made with.")
  /// More text than is tokenized at once.
  public static let textTooLong = Rule(
    "K06", "text too long to tokenize at once",
    because: """
      Merging needs some thirty bytes of memory for each byte of text. A tokenizer that makes a \
      few bytes thousands while it rewrites them is refused for the same reason.
      """,
    remedy: """
      Tokenize document by document or line by line; if the text is short, the tokenizer's file is \
      not to be trusted.
      """)
  /// A tokenizer.json that lacks what it needs.
  public static let damagedDescription = Rule(
    "K07", "damaged tokenizer.json",
    because: """
      The file is no JSON, or a field that says how to tokenize is missing or of the wrong type. A \
      guess would give other ids than the model was trained with.
      """,
    remedy: "Download the file again, or save it with a current version of the tokenizers library.")
  /// A step of a tokenizer.json that is not implemented.
  public static let unsupportedStep = Rule(
    "K08", "unsupported step in tokenizer.json",
    because: """
      A tokenizer.json is a chain of steps. One that is not implemented cannot be left out: the \
      ids would silently differ from those the model was trained with.
      """,
    remedy: """
      Byte-level and SentencePiece-like BPE with the patterns of GPT-2, Llama 3 and Qwen 2 are \
      supported; tokenize elsewhere and bring token shards for others.
      """)
  /// Vocabulary and merges that do not fit together.
  public static let contradictoryVocabulary = Rule(
    "K09", "contradictory vocabulary in tokenizer.json",
    because: """
      Two tokens share an id, an id is absurdly large, or a merge names a token that the \
      vocabulary lacks. Libraries refuse the file or pick one of the tokens.
      """,
    remedy: "Save the tokenizer again with the library that trained it.")

  /// A shard without the number that every shard begins with.
  public static let notAShard = Rule(
    "V01", "not a token shard",
    because: """
      A shard begins with the number 20240520 in its header of 1024 bytes. Without it the file is \
      something else, and its bytes would be read as tokens.
      """,
    remedy: """
      Check the path. Text has to be made into shards of token ids first, with the challenge's own \
      data scripts and the model's tokenizer.
      """)
  /// A shard of another version.
  public static let unknownShardVersion = Rule(
    "V02", "unknown version of token shard",
    because: "Version 1 holds 16-bit tokens; another version may hold them in another width.",
    remedy: "Write the shard again as version 1.")
  /// A shard whose length is not what its header says.
  public static let shardLength = Rule(
    "V03", "token shard of the wrong length",
    because: """
      The header says how many tokens follow, two bytes each. A shorter file was cut; a longer one \
      has something that nobody accounts for.
      """,
    remedy: "Copy the shard again.")
  /// A pattern that names no shard.
  public static let noShards = Rule(
    "V04", "no token shards or sidecars",
    because: """
      No file matches, or none of the kind that is asked for: a file is a sidecar of byte counts \
      if its name has _bytes_ in it, and holds tokens if not.
      """,
    remedy: "Check the pattern; quote it so that the shell leaves it alone.",
    status: .noInput)
  /// A token that the vocabulary does not have.
  public static let tokenOutsideVocabulary = Rule(
    "V05", "token outside the vocabulary",
    because: """
      A token at or beyond the vocabulary's size has no embedding: the shards were made with \
      another tokenizer, or they are damaged.
      """,
    remedy: "Use the shards that belong to this tokenizer.")
  /// Byte counts that do not go with the tokens.
  public static let sidecarLength = Rule(
    "V06", "byte counts that do not fit their tokens",
    because: """
      A sidecar has one number for each token. With another length every count would be charged to \
      the wrong token, and so bits per byte would be wrong. Where some shards have a sidecar \
      beside them, all must.
      """,
    remedy: """
      Bring the fineweb_val_bytes_ files that were written with the shards, or move those that do \
      not belong to them away.
      """)

  /// All of them, by id.
  public static let all = [
    damagedModel, contradictoryPieces, unsupportedModel, damagedCharacterMap, unknownToken,
    textTooLong, damagedDescription, unsupportedStep, contradictoryVocabulary,
    notAShard, unknownShardVersion, shardLength, noShards, tokenOutsideVocabulary, sidecarLength,
  ]
}
