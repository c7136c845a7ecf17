public import Diagnostics

/// Where records lie in a repository that holds several: `records/<track>/<date_title>/seed_<n>/`.
///
/// Remembers what it gave out, so that no two records get one place.
public struct RecordLayout: Sendable {
  /// Longer names are cut; with the track and a file's name they must fit every file system.
  private static let longestName = 120
  private var taken: [String: (track: String, name: String)] = [:]

  /// A layout that has given out nothing.
  public init() {}

  /// The folder of a record; the same one when it is asked for again. Throws I06 for a name of
  /// which nothing is left, and I10 where another record has that place.
  public mutating func place(track: TrackName, name: String) throws(Rejection) -> RecordPath {
    let path = try RecordPath("records/\(track.folder)/\(try Self.safeName(name))")
    let key = path.description.lowercased()
    if let other = taken[key] {
      guard other.track == track.text, other.name.utf8.elementsEqual(name.utf8) else {
        throw Rejection(
          RecordsRules.collision,
          "\(name.debugDescription) and \(other.name.debugDescription) would both lie at \(path)")
      }
      return path
    }
    taken[key] = (track.text, name)
    return path
  }

  /// The folder for what belongs to one seed.
  public static func seedFolder(_ record: RecordPath, seed: Int) throws(Rejection) -> RecordPath {
    try RecordPath("\(record)/seed_\(seed)")
  }

  /// A name that every file system and shell takes: ASCII letters, digits, and `.`, `_`, `-`, `+`
  /// within it. Runs of anything else become one `_`.
  static func safeName(_ name: String) throws(Rejection) -> String {
    var safe = ""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "+": safe.unicodeScalars.append(scalar)
      default: if !safe.hasSuffix("_") { safe += "_" }
      }
    }
    safe = String(safe.prefix(longestName).drop { "._-+".contains($0) })
    while let last = safe.last, "._-+".contains(last) { safe.removeLast() }
    guard !safe.isEmpty else {
      throw Rejection(
        RecordsRules.unsafePath, "nothing of \(name.debugDescription) makes a name of a folder")
    }
    // Windows takes these for devices, whatever ending they have.
    let stem = safe.split(separator: ".").first.map { $0.lowercased() } ?? ""
    let devices = ["con", "prn", "aux", "nul"] + (1...9).flatMap { ["com\($0)", "lpt\($0)"] }
    return devices.contains(stem) ? "record_" + safe : safe
  }
}
