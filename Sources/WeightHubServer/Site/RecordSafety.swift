internal import Pages

/// Whether anything in a record could run when Python loads it.
struct RecordSafety {
  let record: RecordSnapshot

  /// Formats that hold numbers and nothing else.
  private static let plainFormats: Set<String> = [
    "safetensors", "safetensors_sharded", "npy", "npz", "birdie",
  ]
  private static let pickleEndings = [
    ".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle", ".ptz", ".joblib",
  ]

  /// Files that are, or may be, pickles.
  var pickles: [String] {
    let plain = Set(
      (record.contents?.weights ?? []).filter { Self.plainFormats.contains($0.format ?? "") }
        .map(\.path))
    let told = (record.contents?.weights ?? []).map(\.path).filter { !plain.contains($0) }
    let named = record.files.map(\.path).filter { path in
      Self.pickleEndings.contains { path.lowercased().hasSuffix($0) } && !plain.contains(path)
    }
    return Array(Set(told + named)).sorted()
  }

  var markup: Markup {
    let pickles = pickles
    return SiteParts.section("Safety", id: "safety") {
      if pickles.isEmpty {
        Tag.p {
          Tag.span(.class("good")) { "✓ No pickles. " }
          "The weights are in formats that hold numbers only."
        }
      } else {
        Tag.p {
          Tag.span(.class("bad")) { "! \(SiteNumber.count(pickles.count, "file")) with pickles. " }
          "Birdie reads them without running anything; Python may run what is in them unless "
          Tag.code { "weights_only=True" }
          " holds. "
          Tag.code { "birdie scan" }
          " tells what they would do."
        }
        Tag.ul { for path in pickles.prefix(50) { Tag.li { Tag.code { path } } } }
      }
      formats
    }
  }

  @MarkupBuilder private var formats: [Markup] {
    let weights = record.contents?.weights ?? []
    if !weights.isEmpty {
      SiteParts.table(
        "Formats", [.name("file"), .name("format"), .name("compressed by"), .number("tensors")]
      ) {
        for file in weights {
          Tag.tr {
            Tag.th(.scope("row")) { file.path }
            Tag.td { file.format ?? "unknown" }
            Tag.td { file.layers.isEmpty ? "—" : file.layers.joined(separator: ", ") }
            SiteParts.number(SiteNumber.grouped(file.tensors.count))
          }
        }
      }
    }
  }
}
