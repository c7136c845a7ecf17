public import JSON

extension Submission {
  /// The normalised form. Its keys are always there and never change their meaning: what the file
  /// does not say is null, and `sources` names the key that each fact came from.
  public var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [("schema", .integer(1))]
    members += facts.map { ($0.key, $0.value) }
    members += [
      ("seeds", .array(seeds.map(\.json))),
      ("bases", .array(bases.map(\.json))),
      ("measurements", .object(measurements.map { ($0.key, .number($0.value)) })),
      ("compliance", compliance?.value ?? .null),
      ("attribution", attribution?.value ?? .null),
      ("other", .object(other)),
      (
        "sources", .object(facts.compactMap { fact in fact.source.map { (fact.key, .string($0)) } })
      ),
      ("notes", .array(notes.map(\.json))),
    ]
    return .object(members)
  }

  private typealias Fact = (key: String, value: JSONValue, source: String?)

  private var facts: [Fact] {
    [
      text("author", author), text("github_id", githubID), text("name", name),
      ("date", date.map { .string($0.value.text) } ?? .null, date?.key),
      text("track", track), text("blurb", blurb), text("technique_summary", summary),
      text("hardware", hardware), text("pytorch_version", pytorchVersion),
      number("val_bpb", valBPB), number("val_bpb_std", valBPBDeviation),
      number("val_loss", valLoss), number("val_loss_std", valLossDeviation),
      number("pre_quant_val_bpb", preQuantizationBPB),
      number("pre_quant_val_loss", preQuantizationLoss),
      number("quantization_gap_bpb", quantizationGap),
      count("bytes_total", totalByteCount), count("bytes_largest", largestByteCount),
      count("bytes_mean", meanByteCount), count("bytes_model", modelByteCount),
      count("bytes_code", codeByteCount),
    ]
  }

  private func text(_ key: String, _ value: Sourced<String>?) -> Fact {
    (key, JSONValue(sourced: value), value?.key)
  }

  private func number(_ key: String, _ value: Sourced<Double>?) -> Fact {
    (key, JSONValue(sourced: value), value?.key)
  }

  private func count(_ key: String, _ value: Sourced<Int>?) -> Fact {
    (key, JSONValue(sourced: value), value?.key)
  }
}
