import Diagnostics
import Glibc
import JSON
import Records
import TestSupport
import Testing

/// The challenge's own records, which are not committed here: a clone of its repository, whose
/// `records` folder the variable BIRDIE_RECORDS names.
@Suite(.enabled(if: getenv("BIRDIE_RECORDS") != nil))
struct RealRecordsTests {
  private static let root = getenv("BIRDIE_RECORDS").map { String(cString: $0) } ?? ""

  private static let folders: [RecordFolder] = ["track_10min_16mb", "track_non_record_16mb"].flatMap
  {
    track -> [RecordFolder] in
    guard let directory = opendir("\(root)/\(track)") else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted().compactMap { try? RecordFolder(scanning: "\(root)/\(track)/\($0)") }
  }

  @Test func `all of them are there`() {
    #expect(Self.folders.count >= 60)
    #expect(Self.folders.flatMap(\.descriptions).count >= 58)
  }

  @Test func `every description is read, and no key of it is lost`() throws {
    for folder in Self.folders {
      for description in folder.descriptions {
        let found = try description.content.get().json
        let path = "\(folder.path)/\(description.path)"
        let written = try JSONValue(parsing: try TemporaryFolder.bytes(of: path))
        let sources = (found["sources"]?.members ?? []).compactMap(\.value.string)
        let other = (found["other"]?.members ?? []).map(\.key)
        let measurements = (found["measurements"]?.members ?? []).map(\.key)
        let bases = (found["bases"]?.elements ?? []).compactMap { $0["key"]?.string }
        let noted = (found["notes"]?.elements ?? []).flatMap { $0["keys"]?.elements ?? [] }
          .compactMap(\.string)
        let kept = Set(sources + other + measurements + bases + noted).union([
          "seeds", "seed_results", "seed_scores", "seed", "compliance", "attribution",
        ])
        let facts = (found.members ?? []).map(\.value)
        for (key, value) in written.members ?? [] where !kept.contains(key) {
          // Of synonyms that say the same, one is enough.
          #expect(facts.contains(value), "\(path): \(key)")
        }
      }
    }
  }

  @Test func `facts are the numbers of the file`() throws {
    for folder in Self.folders {
      for description in folder.descriptions {
        let found = try description.content.get().json
        let written = try JSONValue(
          parsing: try TemporaryFolder.bytes(of: "\(folder.path)/\(description.path)"))
        for (fact, key) in found["sources"]?.members ?? [] {
          #expect(found[fact] == written[key.string ?? ""], "\(folder.name): \(fact)")
        }
      }
    }
  }

  @Test func `each gets a list and, where it is described, a card`() throws {
    for folder in Self.folders {
      #expect(!RecordCheck(folder).items.isEmpty)
      let card = try ModelCard(folder)
      #expect(card.text.hasPrefix("---\n"))
    }
  }
}
