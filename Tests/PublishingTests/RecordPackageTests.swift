import Diagnostics
import Glibc
import Publishing
import RecordFormats
import Records
import TestSupport
import Testing
import WeightHub

/// What goes up, before anything goes up.
struct RecordPackageTests {
  private let folder: TemporaryFolder
  private let weights = Fixtures.path("quantization/model.pt")
  private let artifact = Fixtures.path("quantization/model.int8.ptz")

  init() throws {
    folder = try TemporaryFolder()
    _ = try folder.makeFolder("track_10min_16mb")
    _ = try folder.makeFolder("track_10min_16mb/2026-05-01_One")
    try write("submission.json", #"{"author": "a", "name": "One", "date": "2026-05-01"}"#)
    try write("train_gpt.py", "print(1)\n")
    try write("train_seed7.log", "seed: 7\n")
    try write("README.md", "# One\n")
  }

  private var record: String { folder.path("track_10min_16mb/2026-05-01_One") }

  private func write(_ name: String, _ text: String) throws {
    try folder.write("track_10min_16mb/2026-05-01_One/\(name)", Array(text.utf8))
  }

  private func package(
    _ weights: [String], _ options: RecordPackage.Options = .init()
  ) throws(Rejection) -> RecordPackage {
    try RecordPackage(record, weights: weights, repository: "me/golf", in: StagingFolder(), options)
  }

  private func rule(_ weights: [String], _ options: RecordPackage.Options = .init()) -> String? {
    do throws(Rejection) {
      _ = try package(weights, options)
      return nil
    } catch { return error.rule.id }
  }

  @Test func `a record lies by its track, its name and its seed`() throws {
    let package = try package([artifact])
    #expect(
      package.place.description == "records/track_10min_16mb/2026-05-01_One/seed_7")
    #expect(package.files.allSatisfy { $0.path.hasPrefix("\(package.place)/") })
  }

  @Test func `PyTorch's files become safetensors, and artifacts stay`() throws {
    let names = try package([weights, artifact]).folder.files.map(\.path.description)
    #expect(
      names == [
        "README.md", "manifest.json", "model.int8.ptz", "model.safetensors", "submission.json",
        "train_gpt.py", "train_seed7.log",
      ])
  }

  @Test func `pickles go up only when that is asked for`() throws {
    var options = RecordPackage.Options()
    options.keepsPickles = true
    let names = try package([weights], options).folder.files.map(\.path.description)
    #expect(names.contains("model.pt") && names.contains("model.safetensors"))
  }

  @Test func `the same record gives the same bytes`() throws {
    let (one, other) = (try package([weights, artifact]), try package([weights, artifact]))
    for file in one.folder.files {
      let bytes = try [one, other].map {
        try TemporaryFolder.bytes(of: "\($0.folder.path)/\(file.path)")
      }
      #expect(bytes[0] == bytes[1], "\(file.path)")
    }
    #expect(one.entry == other.entry)
  }

  @Test func `the manifest holds for what goes up`() throws {
    let package = try package([weights, artifact])
    let manifest = try RecordManifest(in: package.folder)
    #expect(try manifest.verify(package.folder).holds)
    #expect(manifest.relations.count == 1)
    // Its files are there as long as it is.
    withExtendedLifetime(package) {}
  }

  @Test func `the record itself is not touched`() throws {
    let before = try TemporaryFolder.bytes(of: "\(record)/README.md")
    _ = try package([weights])
    #expect(try TemporaryFolder.bytes(of: "\(record)/README.md") == before)
  }

  @Test func `staged files go when the package does`() throws {
    func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }
    let path: String
    do {
      let package = try package([weights])
      path = package.folder.path
      #expect(isThere("\(path)/README.md") && isThere("\(path)/model.safetensors"))
      withExtendedLifetime(package) {}
    }
    #expect(!isThere("\(path)/README.md") && !isThere(path))
  }

  @Test func `a record without weights is nothing to share`() { #expect(rule([]) == "L01") }

  @Test func `weights behind a link are followed where the user named them`() throws {
    let link = folder.path("linked.int8.ptz")
    #expect(symlink(artifact, link) == 0)
    let package = try package([link])
    let file = try #require(package.folder.files.first { $0.role.holdsTensors })
    #expect(package.folder.files.count(where: \.role.holdsTensors) == 1)
    #expect(
      try TemporaryFolder.bytes(of: "\(package.folder.path)/\(file.path)")
        == TemporaryFolder.bytes(of: artifact))
  }

  @Test func `a link in the record is no weights`() throws {
    #expect(symlink(artifact, "\(record)/model.int8.ptz") == 0)
    #expect(rule([]) == "L01")
  }

  @Test func `two files do not get one name`() throws {
    let other = try folder.write("model.int8.ptz", TemporaryFolder.bytes(of: artifact))
    #expect(rule([artifact, other]) == "L02")
  }

  @Test func `a record without a track asks for one`() throws {
    var options = RecordPackage.Options()
    let error = #expect(throws: Rejection.self) {
      try RecordPackage(
        try folder.makeFolder("loose"), weights: [artifact], repository: nil,
        in: StagingFolder(), options)
    }
    #expect(error?.rule == PublishingRules.noTrack)
    options.track = "non-record-16mb"
    #expect(rule([artifact], options) == nil)
    #expect(
      try package([artifact], options).place.description.hasPrefix("records/track_non_record_16mb/")
    )
  }
}
