import RecordFormats
import Testing

/// What the names, keys and limits of shared files have to be for older files to stay readable.
struct RecordFormatsTests {
  private static let facts: [[String]] = [
    SubmissionField.author, SubmissionField.githubID, SubmissionField.name, SubmissionField.date,
    SubmissionField.track, SubmissionField.blurb, SubmissionField.summary,
    SubmissionField.hardware, SubmissionField.pytorchVersion, SubmissionField.valBPB,
    SubmissionField.valBPBDeviation, SubmissionField.valLoss, SubmissionField.valLossDeviation,
    SubmissionField.totalBytes, SubmissionField.largestBytes, SubmissionField.meanBytes,
    SubmissionField.codeBytes, SubmissionField.modelBytes, SubmissionField.bases,
  ]

  @Test func `no key of a description means two things`() {
    let keys = Self.facts.flatMap(\.self)
    #expect(Set(keys).count == keys.count)
  }

  @Test func `a score measured otherwise is a measurement, a difference is none`() {
    #expect(SubmissionField.isMeasurement("ttt_val_bpb"))
    #expect(!SubmissionField.isMeasurement("delta_bpb") && !SubmissionField.isMeasurement("bytes"))
  }

  @Test(arguments: [
    ("PR #1394 (@clarkkev)", 1394), ("builds on #7", 7), ("#0", nil), ("no number", nil),
    ("# heading", nil), ("#99999999999999999999", nil),
  ])
  func `a sentence names a pull request by the first number after a hash`(
    text: String, number: Int?
  ) {
    #expect(PullRequest.number(inSentence: text) == number)
  }

  @Test func `an address leads to a pull request, or to none`() {
    #expect(PullRequest.number(inAddress: "https://github.com/a/b/pull/42/files") == 42)
    #expect(PullRequest.number(inAddress: "https://github.com/a/b/issues/42") == nil)
  }

  @Test func `only weights and artifacts hold tensors`() {
    #expect(FileRole.allCases.filter(\.holdsTensors) == [.weights, .artifact])
  }
}
