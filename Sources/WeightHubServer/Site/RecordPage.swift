internal import Pages
internal import RecordFormats

/// A record: its numbers, its tensors, where it came from, and how to get and check it.
struct RecordPage: Sendable {
  let record: RecordSnapshot
  /// The file whose tensors are shown; nil for the artifact.
  let file: String?
  /// What the names of shown tensors have in them.
  let filter: String
  let address: String

  private var name: RepositoryName { record.name }
  private var weights: RecordContents.Weights? { record.contents?.weights(at: file) }

  var document: SiteDocument {
    SiteDocument(
      title: record.title,
      steps: PathSteps.steps(to: record.path, of: name, at: record.revision),
      lead: [lead, links],
      content: [RecordNumbers(record: record).markup] + [blurb, tensors].flatMap(\.self) + [
        RecordProvenance(record: record).markup, RecordSafety(record: record).markup,
      ] + RecordRelations(record: record).markup + [files, use])
  }

  private var lead: Markup {
    let words = [record.author.map { "by \($0)" }, record.date, record.track.map { "track \($0)" }]
    return Tag.p { words.compactMap(\.self).joined(separator: " · ") }
  }

  private var links: Markup {
    Tag.nav(.class("tabs"), .label("Record")) {
      Tag.ul {
        Tag.li {
          Tag.a(.link(to: name.folder(record.path, at: record.revision))) { "Folder" }
        }
        if record.contents != nil { Tag.li { Tag.a(.link(to: "tensors")) { "Tensors" } } }
        Tag.li { Tag.a(.link(to: "provenance")) { "Provenance" } }
        Tag.li { Tag.a(.link(to: "safety")) { "Safety" } }
        Tag.li { Tag.a(.link(to: "files")) { "Files" } }
        Tag.li { Tag.a(.link(to: "use")) { "Use it" } }
        Tag.li {
          Tag.a(.link(to: ServerPath.comparison.with("a", record.argument))) { "Compare" }
        }
      }
    }
  }

  @MarkupBuilder private var blurb: [Markup] {
    if let text = record.claims?.blurb {
      SiteParts.section("What it is") { Tag.p { text } }
    }
  }

  @MarkupBuilder private var tensors: [Markup] {
    if let contents = record.contents {
      SiteParts.section("Tensors", id: "tensors") {
        if let weights {
          RecordTensors(
            contents: contents, weights: weights, filter: filter,
            path: name.record(record.path, at: record.revision), revision: record.revision
          ).markup
        } else {
          SiteParts.note("The manifest tells of no such weights.")
        }
      }
    } else {
      SiteParts.section("Tensors", id: "tensors") {
        SiteParts.note(
          "There is no manifest.json that can be read: what is in the weights is not known here.")
      }
    }
  }

  private var files: Markup {
    SiteParts.section("Files", id: "files") {
      SiteParts.table(
        "Files of the record",
        [.name("name"), .name("role"), .number("bytes"), .name("SHA-256"), .name("manifest")]
      ) {
        for file in record.files { row(file) }
      }
    }
  }

  private func row(_ file: RecordSnapshot.File) -> Markup {
    let whole = record.path.isEmpty ? file.path : record.path + "/" + file.path
    return Tag.tr {
      Tag.th(.scope("row")) {
        Tag.a(.link(to: name.file(whole, at: record.revision))) { file.path }
      }
      Tag.td { file.listed?.role ?? "" }
      SiteParts.number(file.byteCount.map(SiteNumber.grouped) ?? "")
      Tag.td {
        if let sha256 = file.sha256 { Tag.code(.class("whole")) { String(sha256.prefix(12)) } }
      }
      Tag.td { Self.state(file) }
    }
  }

  private static func state(_ file: RecordSnapshot.File) -> Markup {
    guard file.byteCount != nil else { return Tag.span(.class("bad")) { "✗ missing" } }
    return switch file.isAsListed {
    case true?: Tag.span(.class("good")) { "✓ as listed" }
    case false?: Tag.span(.class("bad")) { "✗ differs" }
    case nil: "not listed"
    }
  }

  private var use: Markup {
    SiteParts.section("Use it", id: "use") {
      UseCommands(name: name, revision: record.revision, address: address, path: record.path)
        .markup
      if let relation = record.contents?.relations.first {
        SiteParts.note("In the folder, this proves what compression cost:")
        SiteParts.command(
          "birdie verify \(UseCommands.quoted(relation.artifact)) "
            + "--against \(UseCommands.quoted(relation.reference)) "
            + "--budget \(Challenge.byteLimit)")
      }
    }
  }
}
