internal import JSON
internal import RecordFormats

extension ModelCard {
  /// The page below the front matter.
  var body: String {
    var sections = [heading, numbers, usage, provenance, fileTable].filter { !$0.isEmpty }
    if !readme.isEmpty {
      sections.append("## The record's own README\n\n\(Self.boundary)\n\n\(readme)\n")
    }
    return sections.joined(separator: "\n")
  }

  private var heading: String {
    var text = "# \(Markdown.escaped(title))\n"
    let author = submission.author.map { Markdown.escaped($0.value) }
    let account = submission.githubID.map { Markdown.escaped($0.value) }
    let date = submission.date?.value.day
    let by = author.map { name in "by \(name)" + (account.map { " (\($0) on GitHub)" } ?? "") }
    let track = submission.track.map { "track \(Markdown.escaped($0.value))" }
    let line = [by, date, track].compactMap(\.self).joined(separator: " · ")
    text += "\nA record of the parameter-golf challenge\(line.isEmpty ? "" : ": " + line).\n"
    for blurb in [submission.blurb, submission.summary].compactMap({ $0?.value }) {
      text += "\n\(Markdown.escaped(blurb))\n"
    }
    return text
  }

  // MARK: Numbers

  private var numbers: String {
    var text = "## Numbers\n\n"
    text += Markdown.row(["", "value"]) + Markdown.row(["---", "---:"])
    let rows = scoreRows + sizeRows
    guard !rows.isEmpty else { return "" }
    text += rows.map { Markdown.row([$0, $1]) }.joined()
    text += "\nAs the author states them. `birdie verify` measures what compression cost, "
    text += "`birdie eval` the score.\n"
    return text + seedTable
  }

  private var scoreRows: [(String, String)] {
    let scores: [(String, Sourced<Double>?)] = [
      ("bits per byte", submission.valBPB),
      ("standard deviation over seeds", submission.valBPBDeviation),
      ("loss in nats for each token", submission.valLoss),
      ("bits per byte before quantization", submission.preQuantizationBPB),
      ("bits per byte that quantization added", submission.quantizationGap),
    ]
    return scores.compactMap { label, value in value.map { (label, $0.value.description) } }
  }

  private var sizeRows: [(String, String)] {
    var rows: [(String, String)] = []
    if let count = submission.claimedByteCount ?? folder.foundByteCount {
      rows.append(("bytes of code and model", Decimals.grouped(count)))
      rows.append(
        (
          "left of \(Decimals.grouped(Challenge.byteLimit))",
          Decimals.grouped(Challenge.byteLimit - count)
        ))
    }
    let parts = [
      ("bytes of the model", submission.modelByteCount),
      ("bytes of the code", submission.codeByteCount),
    ]
    return rows
      + parts.compactMap { label, value in
        value.map { (label, Decimals.grouped($0.value)) }
      }
  }

  private var seedTable: String {
    guard !submission.seeds.isEmpty else { return "" }
    let rows = submission.seeds.map { result in
      Markdown.row([
        String(result.seed), result.valBPB?.value.description ?? "",
        result.valLoss?.value.description ?? "",
        result.byteCount.map { Decimals.grouped($0.value) } ?? "",
        result.stepCount.map { Decimals.grouped($0.value) } ?? "",
      ])
    }
    return "\n" + Markdown.row(["seed", "bits per byte", "loss", "bytes", "steps"])
      + Markdown.row(Array(repeating: "---:", count: 5)) + rows.joined()
  }

  // MARK: Provenance

  private var provenance: String {
    var lines: [String] = []
    if let hardware = submission.hardware {
      lines.append("Trained on \(Markdown.escaped(hardware.value)).")
    }
    if let version = submission.pytorchVersion {
      lines.append("PyTorch \(Markdown.escaped(version.value)).")
    }
    lines += submission.bases.map { base in
      let link = base.pullRequest.map { number in
        " ([pull request](https://github.com/openai/parameter-golf/pull/\(number)))"
      }
      return "Builds on \(Markdown.escaped(base.text))\(link ?? "")."
    }
    for (key, value) in submission.attribution?.value.members ?? [] {
      guard let credit = value.string else { continue }
      lines.append("\(Markdown.escaped(key)): \(Markdown.escaped(credit))")
    }
    lines += folder.logs.compactMap { log in
      guard let score = log.finalScore else { return nil }
      let seed = log.seed.map { " (seed \($0))" } ?? ""
      return "Log \(Markdown.escaped(log.path.description))\(seed) ends with "
        + "\(Markdown.escaped(score.label)) \(score.valBPB)."
    }
    guard !lines.isEmpty else { return "" }
    return "## Provenance\n\n" + lines.map { "* \($0)\n" }.joined()
  }

  private var fileTable: String {
    guard !digests.isEmpty else { return "" }
    let rows = digests.map { file in
      Markdown.row([
        Markdown.escaped(file.path.description), file.role.rawValue,
        Decimals.grouped(file.byteCount), "`\(file.sha256)`",
      ])
    }
    return "## Files\n\n" + Markdown.row(["file", "is", "bytes", "SHA-256"])
      + Markdown.row(["---", "---", "---:", "---"]) + rows.joined()
  }
}
