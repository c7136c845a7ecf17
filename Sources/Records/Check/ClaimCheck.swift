/// Holds what a submission claims against the logs and the files beside it.
struct ClaimCheck {
  let folder: RecordFolder
  let submission: Submission

  init(_ folder: RecordFolder, _ submission: Submission) {
    self.folder = folder
    self.submission = submission
  }

  func items() -> [CheckItem] {
    [scoreItem].compactMap(\.self) + seedItems() + sizeItems()
      + [trackItem, dateItem].compactMap(\.self)
  }

  /// The logs that end with a score.
  private var scored: [(log: TrainingLog, score: Double)] {
    folder.logs.compactMap { log in log.finalScore.map { (log, $0.valBPB) } }
  }

  /// The score against the last one of each log and their mean. A record may also give the score of
  /// another of the log's lines, or the mean over some of the runs: that is said, and refused only
  /// where nothing in the logs comes near.
  private var scoreItem: CheckItem? {
    guard let claim = submission.valBPB, !scored.isEmpty else { return nil }
    let id = "val_bpb"
    let finals = scored.map(\.score)
    if let (log, score) = scored.first(where: { Decimals.agree(claim.value, $0.score) }) {
      let label = log.finalScore?.label ?? ""
      return CheckItem(id, .present, "\(log.path) ends with \(label) \(score)", at: claim.key)
    }
    let mean = Self.mean(finals)
    if Decimals.agree(claim.value, mean) {
      return CheckItem(
        id, .present, "is the mean of the \(finals.count) logs' last scores", at: claim.key)
    }
    return otherScore(claim, finals)
  }

  private func otherScore(_ claim: Sourced<Double>, _ finals: [Double]) -> CheckItem {
    let id = "val_bpb"
    for log in folder.logs {
      for score in log.scores where Decimals.agree(claim.value, score.valBPB) {
        return CheckItem(
          id, .note, "is the \(score.label) of \(log.path), which does not end with it",
          at: claim.key)
      }
    }
    let seeds = submission.seeds.compactMap(\.valBPB?.value)
    if !seeds.isEmpty, Decimals.agree(claim.value, Self.mean(seeds)) {
      return CheckItem(id, .present, "is the mean of the seeds' scores", at: claim.key)
    }
    let all = folder.logs.flatMap(\.scores).map(\.valBPB)
    let (low, high) = (all.min() ?? 0, all.max() ?? 0)
    let ends = finals.map(Decimals.short).joined(separator: ", ")
    guard claim.value < low || claim.value > high else {
      return CheckItem(
        id, .note, "\(claim.value) is no score of the logs, which end with \(ends)", at: claim.key)
    }
    return CheckItem(
      id, .contradiction,
      "\(claim.value) lies outside of every score of the logs, which end with "
        + ends, at: claim.key)
  }

  // MARK: Seeds

  private func seedItems() -> [CheckItem] {
    let claimed = submission.seeds.map(\.seed)
    let logged = folder.logs.compactMap(\.seed)
    var items = claimed.isEmpty ? [] : [runsItem(claimed, logged)]
    items += submission.seeds.flatMap(resultItems)
    items += folder.logs.compactMap { log in
      guard let name = log.namedSeed, let printed = log.printedSeed, name != printed else {
        return nil
      }
      return CheckItem(
        "seeds", .contradiction, "is called after seed \(name) but ran with \(printed)",
        at: log.path.description)
    }
    return items
  }

  private func runsItem(_ claimed: [Int], _ logged: [Int]) -> CheckItem {
    let absent = claimed.filter { !logged.contains($0) }
    guard !absent.isEmpty else {
      let few =
        claimed.count < 3
        ? "; the challenge wants enough runs to show significance, most often three" : ""
      return CheckItem("seeds", .present, "each of \(claimed.count) has a log\(few)")
    }
    let names = absent.map(String.init).joined(separator: ", ")
    // A log that tells no seed may be the one that is missed.
    let mayHave = folder.logs.contains { $0.seed == nil } || folder.logs.isEmpty
    return CheckItem(
      "seeds", mayHave ? .note : .contradiction,
      "no log tells that it is of seed \(names)")
  }

  /// One seed's score and size against the logs of that seed.
  private func resultItems(_ result: SeedResult) -> [CheckItem] {
    let logs = folder.logs.filter { $0.seed == result.seed }
    guard !logs.isEmpty else { return [] }
    var items: [CheckItem] = []
    let scores = logs.flatMap(\.scores).map(\.valBPB)
    if let claim = result.valBPB, !scores.isEmpty {
      if !scores.contains(where: { Decimals.agree(claim.value, $0) }) {
        items.append(
          CheckItem("seed.val_bpb", .contradiction, foreignScore(claim, logs), at: claim.key))
      }
    }
    let totals = logs.compactMap(\.totalByteCount)
    if let claim = result.byteCount, !totals.isEmpty, !totals.contains(claim.value) {
      items.append(
        CheckItem(
          "seed.bytes", .contradiction,
          "\(Decimals.grouped(claim.value)) but its log says "
            + totals.map(Decimals.grouped).joined(separator: ", "), at: claim.key))
    }
    return items
  }

  /// What is said of a score that is none of its seed's.
  private func foreignScore(_ claim: Sourced<Double>, _ logs: [TrainingLog]) -> String {
    let ends = logs.compactMap(\.finalScore?.valBPB).map(Decimals.short).joined(separator: ", ")
    let other = scored.first { Decimals.agree(claim.value, $0.score) }?.log
    let elsewhere = other.map { log in
      "; \(log.path) ends with it" + (log.seed.map { " and is of seed \($0)" } ?? "")
    }
    return "\(claim.value) is no score of its log, which ends with \(ends)\(elsewhere ?? "")"
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }
}
