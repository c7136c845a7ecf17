internal import Diagnostics
internal import RecordFormats

extension RecordFolder {
  /// The four things that the challenge asks for, and the weights that it does not.
  func presence() -> [CheckItem] {
    [descriptionItem, readmeItem, logItem, scriptItem, requirementsItem, weightsItem]
      + [capItem].compactMap(\.self)
  }

  private var descriptionItem: CheckItem {
    let id = "submission"
    guard let description else {
      return CheckItem(id, .missing, isRequired: true, "there is no submission.json")
    }
    let path = description.path.description
    switch description.content {
    case .success:
      let others = descriptions.count - 1
      return CheckItem(
        id, .present, isRequired: true,
        others == 0 ? "is read" : "is read; there are \(others) more, which are not", at: path)
    case .failure(let rejection):
      return CheckItem(
        id, .contradiction, isRequired: true, "\(rejection.rule.id): \(rejection.message)",
        at: path)
    }
  }

  private var readmeItem: CheckItem {
    guard let readme = files(.readme).first else {
      return CheckItem("readme", .missing, isRequired: true, "there is no README.md")
    }
    let path = readme.path.description
    guard readme.byteCount > 0 else {
      return CheckItem("readme", .missing, isRequired: true, "is empty", at: path)
    }
    return CheckItem(
      "readme", .present, isRequired: true, "\(Decimals.grouped(readme.byteCount)) bytes", at: path)
  }

  private var logItem: CheckItem {
    guard !logs.isEmpty else {
      return CheckItem("log", .missing, isRequired: true, "there is no log of a run")
    }
    let scored = logs.filter { $0.finalScore != nil }.count
    return CheckItem(
      "log", .present, isRequired: true,
      "\(logs.count) log\(logs.count == 1 ? "" : "s"), \(scored) with a final score")
  }

  private var scriptItem: CheckItem {
    let scripts = files(.script)
    guard let script = script ?? scripts.first else {
      return CheckItem("script", .missing, isRequired: true, "there is no train_gpt.py")
    }
    let path = script.path.description
    guard script.byteCount > 0 else {
      return CheckItem("script", .missing, isRequired: true, "is empty", at: path)
    }
    let others = scripts.count > 1 ? "; there are \(scripts.count - 1) more" : ""
    return CheckItem(
      "script", .present, isRequired: true,
      "\(Decimals.grouped(script.byteCount)) bytes\(others)", at: path)
  }

  private var requirementsItem: CheckItem {
    guard let file = files(.requirements).first else {
      return CheckItem("requirements", .missing, "there is no requirements.txt")
    }
    return CheckItem("requirements", .present, "is there", at: file.path.description)
  }

  private var weightsItem: CheckItem {
    let weights = files.filter(\.role.holdsTensors)
    guard let first = weights.first else {
      return CheckItem(
        "weights", .missing, "there are no weights, so nobody can use or check the model")
    }
    let count = weights.count
    return CheckItem(
      "weights", .present,
      "\(count) file\(count == 1 ? "" : "s"), "
        + Decimals.grouped(weights.reduce(0) { $0 + $1.byteCount }) + " bytes",
      at: count == 1 ? first.path.description : nil)
  }

  /// The script and the largest artifact against the cap.
  private var capItem: CheckItem? {
    guard let count = foundByteCount else { return nil }
    return CheckItem.cap("cap.files", count, "the script and the largest artifact have")
  }

  /// What is odd about the folder itself.
  func remarks() -> [CheckItem] {
    var items = skipped.map { entry in
      CheckItem("skipped", .note, entry.reason, at: entry.path)
    }
    if RecordDate(String(name.prefix(10))) == nil || !name.dropFirst(10).hasPrefix("_") {
      items.append(
        CheckItem("folder", .note, "its name is not of the form YYYY-MM-DD_Title", at: name))
    }
    return items
  }
}

extension CheckItem {
  /// A count of bytes against the cap.
  static func cap(_ id: String, _ count: Int, _ what: String, at place: String? = nil) -> CheckItem
  {
    let room = Challenge.byteLimit - count
    let text = "\(what) \(Decimals.grouped(count)) of \(Decimals.grouped(Challenge.byteLimit))"
    return room >= 0
      ? CheckItem(id, .present, "\(text) bytes; \(Decimals.grouped(room)) are left", at: place)
      : CheckItem(
        id, .contradiction, "\(text) bytes; \(Decimals.grouped(-room)) too many", at: place)
  }
}
