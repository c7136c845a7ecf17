public import Diagnostics
internal import Files
internal import JSON
internal import RecordFormats

extension Submission {
  /// Reads the content of a submission.json; throws I01 for what is no object of JSON, I02 and I03
  /// for fields that hold something impossible, I04 for more than a description holds.
  public init(parsing bytes: RawSpan) throws(Rejection) {
    guard bytes.byteCount <= SubmissionLimits.fileBytes else {
      throw Rejection(RecordsRules.tooLarge, "the file has \(bytes.byteCount) bytes")
    }
    let document = try JSONValue(parsing: bytes, orRefuse: RecordsRules.malformed)
    guard let members = document.members else {
      throw Rejection(RecordsRules.malformed, "the document is no object")
    }
    try self.init(members: members)
  }

  /// Reads text or a file's content.
  public init(parsing bytes: [UInt8]) throws(Rejection) { try self.init(parsing: bytes.span.bytes) }

  private init(members: [(key: String, value: JSONValue)]) throws(Rejection) {
    var reader = MemberReader(members)
    try readTexts(&reader)
    try readNumbers(&reader)
    let seedReader = try SeedReader(&reader)
    seeds = seedReader.seeds
    reader.adopt(seedReader.notes)
    try readBases(&reader)
    compliance = reader.sourced(SubmissionField.compliance)
    attribution = reader.sourced(SubmissionField.attribution)
    try readMeasurements(&reader)
    other = reader.rest + seedReader.rest
    notes = reader.notes
  }

  private mutating func readTexts(_ reader: inout MemberReader) throws(Rejection) {
    author = try reader.text(SubmissionField.author)
    githubID = try reader.text(SubmissionField.githubID)
    name = try reader.text(SubmissionField.name)
    track = try reader.text(SubmissionField.track)
    blurb = try reader.text(SubmissionField.blurb)
    summary = try reader.text(SubmissionField.summary)
    hardware = try reader.text(SubmissionField.hardware)
    pytorchVersion = try reader.text(SubmissionField.pytorchVersion)
    guard let text = try reader.text(SubmissionField.date) else { return }
    if let day = RecordDate(text.value) {
      date = Sourced(day, from: text.key)
    } else {
      reader.note(
        .unreadDate, [text.key],
        "\(text.value.debugDescription) is neither YYYY-MM-DD nor that with a time and a zone")
      reader.release(text.key)
    }
  }

  private mutating func readNumbers(_ reader: inout MemberReader) throws(Rejection) {
    valBPB = try reader.number(SubmissionField.valBPB)
    valBPBDeviation = try reader.number(SubmissionField.valBPBDeviation)
    valLoss = try reader.number(SubmissionField.valLoss)
    valLossDeviation = try reader.number(SubmissionField.valLossDeviation)
    preQuantizationBPB = try reader.number(SubmissionField.preQuantizationBPB)
    preQuantizationLoss = try reader.number(SubmissionField.preQuantizationLoss)
    quantizationGap = try reader.number(SubmissionField.quantizationGap, mayBeNegative: true)
    totalByteCount = try reader.count(SubmissionField.totalBytes)
    largestByteCount = try reader.count(SubmissionField.largestBytes)
    meanByteCount = try reader.count(SubmissionField.meanBytes)
    codeByteCount = try reader.count(SubmissionField.codeBytes)
    let codecs = reader.rest.map(\.key).filter {
      $0.hasPrefix(SubmissionField.modelBytesPrefix) && !SubmissionField.modelBytes.contains($0)
    }
    modelByteCount = try reader.count(SubmissionField.modelBytes + codecs)
  }

  private mutating func readBases(_ reader: inout MemberReader) throws(Rejection) {
    for key in SubmissionField.bases {
      switch reader.value(key) {
      case nil: continue
      case .integer(let number) where number > 0:
        bases.append(BaseRecord(pullRequest: number, key: key))
      case .string(let text): bases.append(BaseRecord(text: text, key: key))
      default: reader.release(key)
      }
    }
  }

  private mutating func readMeasurements(_ reader: inout MemberReader) throws(Rejection) {
    for (key, value) in reader.rest where SubmissionField.isMeasurement(key) {
      switch value {
      case .number, .integer:
        if let number = try reader.number([key], mayBeNegative: true) {
          measurements.append(number)
        }
      default: continue
      }
    }
  }
}

extension MemberReader {
  fileprivate mutating func sourced(_ keys: [String]) -> Sourced<JSONValue>? {
    for key in keys {
      if let value = value(key) { return Sourced(value, from: key) }
    }
    return nil
  }
}
