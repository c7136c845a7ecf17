extension Submission {
  /// The fields that the challenge asks for, and those that it does not.
  func fieldItems() -> [CheckItem] {
    [
      field("author", author?.value, author?.key, isRequired: true),
      field("github_id", githubID?.value, githubID?.key, isRequired: true),
      field("name", name?.value, name?.key, isRequired: true),
      dateItem,
      field("val_bpb", valBPB?.value.description, valBPB?.key, isRequired: true),
      field("blurb", (blurb ?? summary).map { _ in "is there" }, (blurb ?? summary)?.key),
      field("track", track?.value, track?.key),
      field("hardware", hardware?.value, hardware?.key),
      field(
        "bytes", claimedByteCount.map(Decimals.grouped), claimedByteCount == nil ? nil : "largest"),
    ]
  }

  private func field(
    _ id: String, _ value: String?, _ key: String?, isRequired: Bool = false
  ) -> CheckItem {
    guard let value else {
      return CheckItem("field.\(id)", .missing, isRequired: isRequired, "\(id) is not given")
    }
    return CheckItem("field.\(id)", .present, isRequired: isRequired, value, at: key)
  }

  /// A date that could not be read has a note of its own.
  private var dateItem: CheckItem {
    let isUnread = notes.contains { $0.kind == .unreadDate }
    guard date == nil, isUnread else {
      return field("date", date?.value.text, date?.key, isRequired: true)
    }
    return CheckItem("field.date", .note, isRequired: true, "is given in no known form", at: "date")
  }
}
