internal import Pages

/// The files of a folder.
struct FolderTable {
  let folder: FolderSnapshot

  var markup: [Markup] {
    guard folder.entryCount > 0 || !folder.path.isEmpty else {
      return [SiteParts.note("No files yet.")]
    }
    var pieces = [
      SiteParts.table(
        "Files", [.name("name"), .number("size"), .name("SHA-256"), .name("")]
      ) {
        if !folder.path.isEmpty { up }
        for entry in folder.entries { row(entry) }
      }
    ]
    if folder.entryCount > folder.entries.count {
      pieces.append(
        SiteParts.note(
          "The first \(folder.entries.count) of \(SiteNumber.grouped(folder.entryCount))."))
    }
    return pieces
  }

  private var up: Markup {
    let parent = folder.path.split(separator: "/").dropLast().joined(separator: "/")
    return Tag.tr {
      Tag.th(.scope("row")) {
        Tag.a(
          .link(to: folder.name.folder(parent, at: folder.revision)), .label("The folder above")
        ) { "../" }
      }
      Tag.td(.columns(3))
    }
  }

  private func row(_ entry: FolderEntry) -> Markup {
    let path = folder.path.isEmpty ? entry.name : folder.path + "/" + entry.name
    return Tag.tr {
      Tag.th(.scope("row")) {
        if entry.isFolder {
          Tag.a(.link(to: folder.name.folder(path, at: folder.revision))) { entry.name + "/" }
        } else {
          Tag.a(.link(to: folder.name.file(path, at: folder.revision))) { entry.name }
        }
      }
      SiteParts.number(entry.isFolder ? "" : SiteNumber.bytes(entry.byteCount))
      Tag.td {
        if let sha256 = entry.sha256 {
          Tag.code(.class("whole")) { String(sha256.prefix(12)) }
        }
      }
      Tag.td {
        if !entry.isFolder {
          Tag.a(
            .link(to: folder.name.download(path, at: folder.revision)),
            .label("Download \(entry.name)")
          ) { "download" }
        }
      }
    }
  }
}
