import Glibc
import LanguageModels
import TestSupport
import Testing

/// The long comparison with the reference libraries, on files that `check_tokenizer.py` writes.
struct TokenizerCorpusTests {
  /// The paths of golden files, each beside its tokenizer.
  static let goldens =
    getenv("BIRDIE_TOKENIZER_CORPUS")
    .map { String(cString: $0).split(separator: ":").map(String.init) } ?? []

  @Test(
    .enabled(if: !goldens.isEmpty, "its texts are too long to keep: check_tokenizer.py"),
    arguments: goldens)
  func `a tokenizer gives the ids that the reference library gives on a long text`(
    path: String
  ) throws {
    let golden = Golden(try TemporaryFolder.bytes(of: path))
    let tokenizer = try Tokenizers.open(path: String(path.dropLast(".golden".count)))
    #expect(try golden.differences(from: tokenizer) == [])
  }
}
