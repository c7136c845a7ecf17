internal import JSON

/// What the description of a record states, under any of the keys that authors write.
struct RecordClaims: Sendable {
  let name: String?
  let author: String?
  let account: String?
  let date: String?
  let track: String?
  let blurb: String?
  let hardware: String?
  let bitsPerByte: Double?
  let deviation: Double?
  /// Code and compressed model.
  let byteCount: Int?
  let codeByteCount: Int?
  let modelByteCount: Int?
  /// The records that it builds on.
  let bases: [RecordBase]

  init(_ json: JSONValue) {
    (name, author) = (json.text("name", "run_name"), json.text("author"))
    account = json.text("github_id", "github")
    (date, track) = (json.text("date"), json.text("track"))
    blurb = json.text("blurb", "technique_summary", "summary")
    hardware = json.text("hardware", "gpu", "platform")
    bitsPerByte = json.number("val_bpb", "mean_val_bpb", "mean_bpb")
    deviation = json.number("val_bpb_std", "std_val_bpb", "std_bpb")
    byteCount = json.count("bytes_total", "artifact_bytes", "artifact_size_bytes")
    codeByteCount = json.count("bytes_code", "code_bytes")
    modelByteCount = json.count("bytes_model", "bytes_model_compressed")
    bases = RecordBase.all(
      in: json,
      ["base_pr", "base_submission", "based_on", "supports_pr", "implementation_lineage_pr"])
  }
}
