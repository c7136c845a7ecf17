public import Diagnostics

/// The rules about evaluating a model.
public enum EvaluationRules {
  /// A token that the model does not know.
  public static let foreignToken = Rule(
    "E01", "a token is not in the model's vocabulary",
    because: "Tokens and model come from different tokenizers, so no loss would mean anything.",
    remedy: "Use the token shards that were made with the model's own tokenizer.")

  /// There is nothing to score, or a window is longer than the model can see.
  public static let tooShort = Rule(
    "E02", "the tokens do not make windows that the model can see",
    because: "A score needs at least one full window, and a model has a longest one.",
    remedy: "Choose another --sequence-length, or give more tokens.")

  /// The tokenizer has another vocabulary than the model.
  public static let foreignTokenizer = Rule(
    "E03", "the tokenizer has another vocabulary than the model",
    because: """
      With another tokenizer than the tokens were made with, the bytes of each token are wrong, \
      and so is every number per byte. The challenge's scripts stop here too. Only beside a \
      tokenizer.json may the model have more tokens: such models round their vocabularies up.
      """,
    remedy: """
      Use the tokenizer that the model was trained with; where unused tokens were added to one \
      side only, --lenient E03 goes on.
      """,
    isRelaxable: true)

  /// The reference has another vocabulary than the model.
  public static let foreignReference = Rule(
    "E04", "model and reference have different vocabularies",
    because: "Two distributions can be compared only if they are over the same tokens.",
    remedy: "Compare with the model that this one was made from.")

  /// Nothing tells the bytes of the tokens.
  public static let unknownByteCounts = Rule(
    "E05", "nothing tells how many bytes the tokens stand for",
    because: """
      Bits per byte need the length of the text behind the tokens. A tokenizer tells it, or files \
      with a count for each token beside the shards (fineweb_val_bytes_*.bin); neither is there.
      """,
    remedy: """
      Give --tokenizer with a SentencePiece .model, a tokenizer.json or the word bytes, or give \
      --byte-counts with a pattern of sidecars.
      """,
    status: .usage)

  /// What the model computes is no number.
  public static let notFinite = Rule(
    "E06", "the model computes infinities or NaN",
    because: """
      A loss that is not finite has no bits per byte, and statistics of such activations would \
      spoil every use of them. Weights with NaN, a configuration that is not the model's, or a \
      range that bfloat16 or half precision does not have are the usual reasons.
      """,
    remedy: """
      Look for NaN with birdie scan, compare the configuration with the training script, and try \
      --arithmetic f32.
      """)

  /// The targets stand for nothing.
  public static let noBytes = Rule(
    "E07", "the tokens stand for no bytes of text",
    because: """
      Bits per byte are bits divided by bytes. Where every token is a boundary, or a sidecar holds \
      zeros only, there is nothing to divide by.
      """,
    remedy: "Check that the tokenizer or the sidecars belong to these shards.")

  /// Nothing tells where documents begin.
  public static let unknownBeginToken = Rule(
    "E08", "the token that begins a document is not known",
    because: """
      Documents are told apart by the token that each begins with. A guess would cut the stream \
      somewhere else, and the loss would be another one without a sign of it.
      """,
    remedy: """
      Give --begin-token with its id, or a configuration with bos_token_id (bos_id for models of \
      the challenge).
      """,
    status: .usage)

  /// A model's file names another tokenizer.
  public static let otherTokenizer = Rule(
    "E09", "the model was trained with another tokenizer",
    because: """
      The file that holds the model says which tokenizer it was trained with, by its SHA-256, and \
      the one that was given is another file. Bytes counted with the wrong one give a wrong \
      number of bits per byte.
      """,
    remedy: """
      Give the tokenizer whose digest birdie inspect shows. If the two are known to split text \
      alike, --lenient E09 takes the one given.
      """,
    isRelaxable: true)

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [
    foreignToken, tooShort, foreignTokenizer, foreignReference, unknownByteCounts, notFinite,
    noBytes, unknownBeginToken, otherTokenizer,
  ]
}
