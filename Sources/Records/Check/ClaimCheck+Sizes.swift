internal import RecordFormats

extension ClaimCheck {
  /// Sizes against the cap, against each other, and against the logs and files.
  func sizeItems() -> [CheckItem] {
    [claimedCap, codeCap, sum, total, code, found].compactMap(\.self) + logCaps
  }

  private var claimedCap: CheckItem? {
    submission.claimedByteCount.map { CheckItem.cap("cap", $0, "the largest claim is") }
  }

  /// Code alone that leaves no room for a model.
  private var codeCap: CheckItem? {
    guard let script = folder.script, script.byteCount > Challenge.byteLimit else { return nil }
    return CheckItem.cap(
      "cap.code", script.byteCount, "the script alone has", at: script.path.description)
  }

  /// What the logs say of sizes that no claim mentions.
  private var logCaps: [CheckItem] {
    folder.logs.compactMap { log in
      guard let total = log.totalByteCount, total > Challenge.byteLimit, log.totalHasForm
      else { return nil }
      return CheckItem.cap("cap.log", total, "the run came to", at: log.path.description)
    }
  }

  /// The total against its parts.
  private var sum: CheckItem? {
    guard let total = submission.totalByteCount, let model = submission.modelByteCount,
      let code = submission.codeByteCount
    else { return nil }
    let (sum, overflow) = model.value.addingReportingOverflow(code.value)
    // Some call the whole artifact the model.
    if !overflow, sum == total.value || model.value == total.value {
      return CheckItem("bytes.sum", .present, "model and code make the total", at: total.key)
    }
    return CheckItem(
      "bytes.sum", .contradiction,
      "\(model.key) \(Decimals.grouped(model.value)) and \(code.key) "
        + "\(Decimals.grouped(code.value)) are not \(Decimals.grouped(total.value))", at: total.key)
  }

  /// The total against the logs.
  private var total: CheckItem? {
    let totals = folder.logs.compactMap(\.totalByteCount)
    guard let claim = submission.totalByteCount, let low = totals.min(), let high = totals.max()
    else { return nil }
    if let log = folder.logs.first(where: { $0.totalByteCount == claim.value }) {
      return CheckItem("bytes_total", .present, "\(log.path) says the same", at: claim.key)
    }
    let said = Decimals.grouped(claim.value)
    let range =
      low == high
      ? Decimals.grouped(low) : "\(Decimals.grouped(low)) to \(Decimals.grouped(high))"
    return CheckItem(
      "bytes_total", claim.value >= low && claim.value <= high ? .note : .contradiction,
      "\(said) is in no log; they say \(range)", at: claim.key)
  }

  /// The code against the scripts and the logs.
  private var code: CheckItem? {
    guard let claim = submission.codeByteCount else { return nil }
    let scripts = (folder.files(.script) + folder.files(.code)).filter { $0.byteCount > 0 }
    if let file = scripts.first(where: { $0.byteCount == claim.value }) {
      return CheckItem("bytes_code", .present, "\(file.path) has as many", at: claim.key)
    }
    if let log = folder.logs.first(where: { $0.codeByteCount == claim.value }) {
      return CheckItem(
        "bytes_code", .note, "\(log.path) says so, but the script here differs", at: claim.key)
    }
    guard let script = folder.script, script.byteCount > 0 else { return nil }
    return CheckItem(
      "bytes_code", .contradiction,
      "\(Decimals.grouped(claim.value)) but \(script.path) has "
        + Decimals.grouped(script.byteCount), at: claim.key)
  }

  /// Artifacts that lie beside it, with the script, against the claims.
  private var found: CheckItem? {
    guard let script = folder.script else { return nil }
    let claims = [submission.totalByteCount] + submission.seeds.map(\.byteCount)
    let said = claims.compactMap { $0?.value }
    let artifacts = folder.files(.artifact)
    guard !said.isEmpty, !artifacts.isEmpty else { return nil }
    let code = [script.byteCount, submission.codeByteCount?.value].compactMap(\.self)
    let sizes = artifacts.flatMap { file in code.map { $0 + file.byteCount } }
    guard !sizes.contains(where: said.contains) else {
      return CheckItem("bytes_found", .present, "an artifact and the script come to a claimed size")
    }
    return CheckItem(
      "bytes_found", .contradiction,
      "artifact and script come to \(Decimals.grouped(sizes[0])), which no claim says")
  }

  /// The track against the folder's.
  var trackItem: CheckItem? {
    guard let said = submission.track, let track = TrackName(said.value), let around = folder.track,
      track != around
    else { return nil }
    return CheckItem("track", .note, "\(track.text), but it lies in \(around.folder)", at: said.key)
  }

  /// The date against the folder's.
  var dateItem: CheckItem? {
    guard let date = submission.date, let day = RecordDate(String(folder.name.prefix(10))),
      date.value.day != day.day
    else { return nil }
    return CheckItem(
      "date", .note, "\(date.value.day), but the folder is called after \(day.day)", at: date.key)
  }
}
