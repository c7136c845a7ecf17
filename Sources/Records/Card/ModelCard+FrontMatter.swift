extension ModelCard {
  /// The data set whose validation split the challenge scores on.
  static let dataset = "HuggingFaceFW/fineweb"
  /// The id of the metric.
  static let metric = "bits_per_byte"

  /// The front matter without its fences.
  var frontMatter: String {
    var yaml = YAMLText()
    if let license = options.license { yaml.member("license", license) }
    yaml.member("library_name", "birdie")
    yaml.member("pipeline_tag", "text-generation")
    yaml.list("language", ["en"])
    yaml.list("tags", tags)
    yaml.list("datasets", [Self.dataset])
    yaml.list("metrics", [Self.metric])
    writeIndex(&yaml)
    return yaml.text
  }

  private var tags: [String] {
    let track = (submission.track.flatMap { TrackName($0.value) } ?? folder.track)?.text
    return ["parameter-golf"] + (track.map { [$0] } ?? [])
  }

  /// The score as the Hub's `model-index` has it. `verified` is the Hub's word, not ours.
  private func writeIndex(_ yaml: inout YAMLText) {
    guard let score = submission.valBPB else { return }
    yaml.line("model-index:", 0)
    yaml.line("- name: \(YAMLText.quoted(title))", 0)
    yaml.line("results:", 2)
    yaml.line("- task:", 2)
    yaml.member("type", "text-generation", indent: 6)
    yaml.member("name", "Language modeling", indent: 6)
    yaml.line("dataset:", 4)
    yaml.member("type", Self.dataset, indent: 6)
    yaml.member("name", "FineWeb validation (first 50k docs)", indent: 6)
    yaml.member("split", "validation", indent: 6)
    yaml.line("metrics:", 4)
    yaml.line("- type: \(YAMLText.quoted(Self.metric))", 4)
    yaml.member("name", "val_bpb", indent: 6)
    yaml.member("value", score.value, indent: 6)
    yaml.member("verified", false, indent: 6)
    guard let source = options.source else { return }
    yaml.line("source:", 4)
    yaml.member("name", source.name, indent: 6)
    yaml.member("url", source.url, indent: 6)
  }

  /// A file for `.eval_results/`, which the Hub joins with the page of a benchmark; nil without a
  /// score.
  public var evaluationResults: String? {
    guard let score = submission.valBPB else { return nil }
    var yaml = YAMLText()
    yaml.line("- dataset:", 0)
    yaml.member("id", Self.dataset, indent: 4)
    yaml.member("task_id", Self.metric, indent: 4)
    yaml.member("value", score.value, indent: 2)
    if let date = submission.date { yaml.member("date", date.value.day, indent: 2) }
    if let source = options.source {
      yaml.line("source:", 2)
      yaml.member("url", source.url, indent: 4)
      yaml.member("name", source.name, indent: 4)
    }
    yaml.member("notes", "val_bpb of \(title), as its author states it", indent: 2)
    return yaml.text
  }
}
