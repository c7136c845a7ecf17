internal import Pages

/// How artifacts stand to the weights that they were made from.
struct RecordRelations {
  let record: RecordSnapshot

  private static let mostNames = 100

  @MarkupBuilder var markup: [Markup] {
    let relations = record.contents?.relations ?? []
    if !relations.isEmpty {
      SiteParts.section("Artifact and weights", id: "relations") {
        for relation in relations.prefix(20) { Self.markup(relation, truth(of: relation)) }
      }
    }
  }

  /// Whether the digests in the manifest say the same; nil where it does not tell of both files.
  private func truth(of relation: RecordContents.Relation) -> Bool? {
    guard let artifact = record.contents?.weights(at: relation.artifact),
      let reference = record.contents?.weights(at: relation.reference)
    else { return nil }
    let found = TensorComparison(artifact.tensors, reference.tensors)
    return found.count(.equal) == relation.equalCount
      && found.count(.different) == relation.different.count
      && found.count(.onlyFirst) == relation.extra.count
      && found.count(.onlySecond) == relation.missing.count
  }

  @MarkupBuilder private static func markup(
    _ relation: RecordContents.Relation, _ truth: Bool?
  ) -> [Markup] {
    Tag.h3 { "\(relation.artifact) and \(relation.reference)" }
    Tag.p {
      if truth == false {
        Tag.span(.class("bad")) { "✗ The manifest contradicts its own digests. " }
      } else if relation.isEqual {
        Tag.span(.class("good")) { "✓ The artifact decodes to exactly these weights. " }
      } else {
        Tag.span(.class("bad")) { "≠ They differ. " }
      }
      "\(relation.equalCount ?? 0) equal, \(relation.different.count) different, "
        + "\(relation.missing.count) missing, \(relation.extra.count) only in the artifact."
    }
    names("Different", relation.different)
    names("Missing", relation.missing)
    names("Only in the artifact", relation.extra)
  }

  @MarkupBuilder private static func names(_ title: String, _ names: [String]) -> [Markup] {
    if !names.isEmpty {
      Tag.h4 { "\(title) (\(names.count))" }
      Tag.p {
        for (index, name) in names.prefix(mostNames).enumerated() {
          if index > 0 { ", " }
          Tag.code { String(name.prefix(300)) }
        }
        if names.count > mostNames { " and \(names.count - mostNames) more" }
      }
    }
  }
}
