/// Finds what was probably meant by a mistyped name.
package enum NearestName {
  /// The candidate that takes the fewest edits, if at most a third of the letters differ.
  package static func to(_ typed: String, among candidates: [String]) -> String? {
    let typed = typed.lowercased()
    let limit = max(typed.count / 3, 1)
    let distances = candidates.map { ($0, editDistance(typed, $0.lowercased())) }
    guard let best = distances.min(by: { $0.1 < $1.1 }), best.1 <= limit else { return nil }
    return best.0
  }

  /// Levenshtein 1966: insertions, deletions and substitutions. O(n · m).
  private static func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (i, letter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let substitution = diagonal + (letter == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substitution, row[j] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
