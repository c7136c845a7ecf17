internal import Pages

/// All records that a visitor may see, by what they claim.
struct LeaderboardPage: Sendable {
  let collection: RecordCollection
  /// The track that is shown; nil for all.
  let track: String?
  let sorting: RecordTable.Sorting
  /// The page of the table, from 0.
  let page: Int

  static let mostRows = 500

  init(
    _ collection: RecordCollection, track: String?, sorting: RecordTable.Sorting, page: Int = 0
  ) {
    (self.collection, self.sorting, self.page) = (collection, sorting, page)
    self.track = track.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The records of the track, in order.
  var records: [RecordSummary] {
    RecordTable.sorted(
      collection.records.filter { track == nil || $0.track == track }, by: sorting)
  }

  private var tracks: [String] { Array(Set(collection.records.compactMap(\.track))).sorted() }

  private var path: ServerPath {
    .leaderboard.with("track", track).with("sort", sorting.text)
  }

  var document: SiteDocument {
    let records = records
    let plot = RecordPlot(records)
    return SiteDocument(
      title: track.map { "Leaderboard: \($0)" } ?? "Leaderboard",
      lead: [
        Tag.p {
          "Records by bits per byte and bytes, as their authors state them. Those marked ◆ are on "
            + "the front: no other is as small and as good."
        }
      ], content: [trackChoice] + plot.markup + [table(records, plot.front)])
  }

  private var trackChoice: Markup {
    Tag.nav(.class("tabs"), .label("Tracks")) {
      Tag.ul {
        Tag.li { link("All tracks", nil) }
        for name in tracks.prefix(50) { Tag.li { link(name, name) } }
      }
    }
  }

  private func link(_ text: String, _ name: String?) -> Markup {
    Tag.a([.link(to: path.with("track", name))] + (name == track ? [.current] : [])) { text }
  }

  private func table(_ records: [RecordSummary], _ front: Set<Int>) -> Markup {
    let shown = SiteParts.rows(Array(records.indices), page, Self.mostRows)
    return SiteParts.section("Records", id: "records") {
      if records.isEmpty {
        SiteParts.note("No records here. `birdie publish` shares one.")
      } else {
        RecordTable.markup(
          shown.map { (records[$0], front.contains($0)) }, sorting: sorting, path: path)
        SiteParts.pages(
          path, "p", page, hasMore: records.count > (page + 1) * Self.mostRows)
      }
      if records.count > Self.mostRows || collection.isCut {
        SiteParts.note(
          "\(SiteNumber.grouped(shown.count)) of \(SiteNumber.grouped(records.count))"
            + (collection.isCut ? " or more" : "") + " records are shown.")
      }
    }
  }
}
