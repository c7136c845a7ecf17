public import Diagnostics

/// What compressed artifacts can get wrong.
public enum ByteCodecRules {
  /// More output, window or memory than allowed.
  public static let bomb = Rule(
    "C01", "Stream asks for too much memory or output",
    because: """
      A few bytes of compressed data can expand to terabytes, or make the decoder reserve \
      gigabytes before the first byte appears. Whoever opens such a file loses the machine.
      """,
    remedy: """
      If you trust the file and know how large its content is, raise the limit that the message \
      names; otherwise do not open it.
      """, status: .refused)

  /// Bytes after the end of the stream.
  public static let trailingBytes = Rule(
    "C02", "Bytes follow the end of the compressed stream",
    because: """
      Some readers ignore what follows a stream and others decode it as a second one, so two \
      people would see different weights in the same file. It is also where data is hidden.
      """,
    remedy: """
      Copy the file again from where it came. If several streams were joined on purpose, split \
      them into files of their own.
      """)

  /// Damage that the stream itself shows.
  public static let damaged = Rule(
    "C03", "Compressed stream is damaged",
    because: """
      The stream ends early, contradicts its format or decodes to bytes that do not have the \
      checksum it carries. Weights decoded from it would be wrong without looking wrong.
      """,
    remedy: "Download or copy the file again and compare its size and hash with the original's.")

  /// Brotli found by trial.
  public static let guessedBrotli = Rule(
    "C04", "Brotli was guessed",
    because: """
      Brotli has neither a magic nor a checksum: only what comes out of it says that it was \
      brotli, and damage inside it can go unnoticed.
      """,
    remedy: """
      Check the tensors against a hash or the training log, and prefer a format with a checksum \
      for what you share.
      """)

  /// A byte shuffle that cannot be undone.
  public static let shuffle = Rule(
    "C05", "Byte shuffle has an impossible header",
    because: """
      The stride says how the bytes were dealt out. With 0, 1, a number beyond 64 or one larger \
      than the data there is no order to restore, and a reader that divides by it fails.
      """,
    remedy: "The file is damaged or not an artifact of a known writer: fetch it again.")

  /// A per-group container whose table does not describe it.
  public static let container = Rule(
    "C06", "Per-group container contradicts its length table",
    because: """
      The streams must fill the file exactly. A length beyond the end reads foreign memory in a \
      careless reader, and bytes that no length covers are read by nobody.
      """,
    remedy: "Download or copy the file again; if it stays so, its writer was interrupted.")

  /// A row order that is none.
  public static let permutation = Rule(
    "C07", "Row order is not a permutation",
    because: """
      Rows were reordered to compress better. If a row is named twice or not at all, restoring \
      the order loses rows of the weight without an error.
      """,
    remedy: "The artifact is damaged or was written by an unknown variant: fetch it again.")

  /// A stated size that does not hold.
  public static let sizeLie = Rule(
    "C10", "Announced size does not hold",
    because: """
      Readers reserve memory and plan offsets by the size that a stream announces. If it differs \
      from what the container expects or from what comes out, one of them is wrong.
      """,
    remedy: "Download or copy the file again; do not open it elsewhere without a memory limit.")

  /// Too many layers.
  public static let nesting = Rule(
    "C11", "Too many compressed layers inside each other",
    because: """
      Real artifacts have one or two layers. Deep nesting multiplies the expansion of each layer \
      and is a way to exhaust whoever unpacks it.
      """,
    remedy: "Unpack the outer layers with their own tools if you trust the file.",
    status: .refused)

  /// A scheme without a reader.
  public static let unknownScheme = Rule(
    "C12", "Scheme or method is unknown",
    because: """
      The file names a way of storing that Birdie has no reader for. Guessing would give weights \
      that look plausible and are wrong.
      """,
    remedy: "Convert it with the script that wrote it, or report the name in the message.")

  /// All of them, by id.
  public static let all: [Rule] = [
    bomb, trailingBytes, damaged, guessedBrotli, shuffle, container, permutation, sizeLie,
    nesting, unknownScheme,
  ]
}
