/// The name of a track in one spelling: the wild has `non-record-16mb`, `non_record_16mb` and
/// `track_non_record_16mb` for the same.
public struct TrackName: Sendable, Hashable {
  /// Lower case, words joined by `_`, without `track_` in front.
  public let text: String

  /// Folds a spelling; nil where no letter or digit is left.
  public init?(_ written: String) {
    var words: [String] = [""]
    for scalar in written.unicodeScalars {
      switch scalar {
      case "a"..."z", "0"..."9": words[words.count - 1].unicodeScalars.append(scalar)
      case "A"..."Z": words[words.count - 1] += scalar.properties.lowercaseMapping
      default: words.append("")
      }
    }
    words.removeAll(where: \.isEmpty)
    if words.count > 1, words[0] == "track" { words.removeFirst() }
    guard !words.isEmpty else { return nil }
    text = words.joined(separator: "_")
  }

  /// The folder below `records/`: `track_10min_16mb`.
  public var folder: String { "track_" + text }
}
