internal import JSON
internal import RecordFormats

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
    name = json.text(SubmissionField.name)
    author = json.text(SubmissionField.author)
    account = json.text(SubmissionField.githubID)
    date = json.text(SubmissionField.date)
    track = json.text(SubmissionField.track)
    blurb = json.text(SubmissionField.blurb + SubmissionField.summary)
    hardware = json.text(SubmissionField.hardware)
    bitsPerByte = json.number(SubmissionField.valBPB)
    deviation = json.number(SubmissionField.valBPBDeviation)
    byteCount = json.count(SubmissionField.totalBytes)
    codeByteCount = json.count(SubmissionField.codeBytes)
    modelByteCount = json.count(SubmissionField.modelBytes)
    bases = RecordBase.all(in: json)
  }
}
