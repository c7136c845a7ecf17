internal import Pages
internal import RecordFormats

/// Records in rows.
enum RecordTable {
  /// Orders that a table can have.
  enum Order: String, Sendable, CaseIterable {
    case name, author, date, track
    case score = "val_bpb"
    case bytes, files

    var isNumber: Bool { [.score, .bytes, .files].contains(self) }
  }

  /// What a table is sorted by.
  struct Sorting: Sendable, Equatable {
    var order: Order
    var isDescending = false

    /// `val_bpb`, or `-val_bpb` for the largest first.
    init?(_ text: String) {
      isDescending = text.hasPrefix("-")
      guard let order = Order(rawValue: isDescending ? String(text.dropFirst()) : text) else {
        return nil
      }
      self.order = order
    }

    init(_ order: Order) { self.order = order }

    var text: String { (isDescending ? "-" : "") + order.rawValue }

    /// What following the heading of an order sorts by.
    func following(_ next: Order) -> Sorting {
      var sorting = Sorting(next)
      sorting.isDescending = next == order && !isDescending
      return sorting
    }
  }

  /// Sorts records; those that do not say what is sorted by come last, equal ones by their place.
  static func sorted(_ records: [RecordSummary], by sorting: Sorting) -> [RecordSummary] {
    switch sorting.order {
    case .name: sorted(records, sorting) { $0.title.lowercased() }
    case .author: sorted(records, sorting) { $0.author?.lowercased() }
    case .date: sorted(records, sorting) { $0.date }
    case .track: sorted(records, sorting) { $0.track }
    case .score: sorted(records, sorting) { $0.bitsPerByte }
    case .bytes: sorted(records, sorting) { $0.byteCount }
    case .files: sorted(records, sorting) { $0.fileCount }
    }
  }

  private static func sorted<Key: Comparable>(
    _ records: [RecordSummary], _ sorting: Sorting, by key: (RecordSummary) -> Key?
  ) -> [RecordSummary] {
    let keyed = records.map { (record: $0, key: key($0), place: $0.argument) }
    return keyed.sorted { left, right in
      switch (left.key, right.key) {
      case (let a?, let b?) where a != b: sorting.isDescending ? a > b : a < b
      case (_?, nil): true
      case (nil, _?): false
      default: left.place < right.place
      }
    }.map(\.record)
  }

  /// A table; `path` is where it is, if its headings sort it.
  static func markup(
    _ rows: [(record: RecordSummary, isBest: Bool)], sorting: Sorting? = nil,
    path: ServerPath? = nil
  ) -> Markup {
    SiteParts.table("Records", headings(sorting, path)) {
      for row in rows { Self.row(row.record, row.isBest) }
    }
  }

  private static func headings(_ sorting: Sorting?, _ path: ServerPath?) -> [SiteParts.Heading] {
    Order.allCases.map { order in
      var heading = SiteParts.Heading(text: order.rawValue, isNumber: order.isNumber)
      guard let sorting, let path else { return heading }
      heading.path = path.with("sort", sorting.following(order).text)
      if sorting.order == order {
        heading.order = sorting.isDescending ? "descending" : "ascending"
      }
      return heading
    } + [.name("repository")]
  }

  private static func row(_ record: RecordSummary, _ isBest: Bool) -> Markup {
    Tag.tr(isBest ? [.class("front")] : []) {
      Tag.th(.scope("row")) {
        Tag.a(.link(to: record.repository.record(record.path))) { record.title }
        if isBest { Tag.span(.class("mark")) { " ◆ front" } }
      }
      Tag.td { record.author ?? "" }
      Tag.td((record.date?.count ?? 0) <= 10 ? [.class("short")] : []) { record.date ?? "" }
      Tag.td { record.track ?? "" }
      SiteParts.number(record.bitsPerByte.map { SiteNumber.fixed($0, digits: 4) } ?? "")
      bytes(record.byteCount)
      SiteParts.number(SiteNumber.grouped(record.fileCount))
      Tag.td { Tag.a(.link(to: record.repository.page())) { record.repository.id } }
    }
  }

  private static func bytes(_ count: Int?) -> Markup {
    let isOver = count.map { $0 > Challenge.byteLimit } ?? false
    return Tag.td(.class("number")) {
      if isOver { Tag.span(.class("bad")) { "over the cap " } }
      count.map(SiteNumber.grouped) ?? ""
    }
  }
}
