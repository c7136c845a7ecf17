import ArgumentParser
import Diagnostics
import JSON
import Publishing
import RecordFormats
import Records
import Signatures
import WeightHub

/// `birdie publish`: the weights of a record, where anyone can use them.
struct Publish: Verb, AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Shares a record with its weights on a Hub: one command after training.",
    discussion: """
      Takes the record's folder (README.md, submission.json, logs, train_gpt.py) and the weights \
      in it or beside it. PyTorch files go up as safetensors, artifacts as they are; a card and a \
      manifest with the digest of every file and tensor are made. All of it becomes one commit \
      below records/TRACK/NAME/seed_N/, with index.json at the root. Again, it uploads nothing; \
      files that an earlier run left there and that are no part of it go.

      --check says what a pull request to the challenge would want and what is missing, and ends \
      with 1 if something is.
      """)

  static let examples = [
    "birdie publish . final_model.pt final_model.int8.ptz --repo me/parameter-golf",
    "birdie publish records/track_10min_16mb/2026-04-27_Mine --check",
    "birdie publish . final_model.pt --repo me/parameter-golf --dry-run",
    "birdie publish . final_model.pt --repo team/weights --create-pr --sign key.pem",
  ]

  @Argument(help: "The record's folder.", completion: .directory)
  var record: String

  @Argument(help: "Weights and artifacts that are not in it.", completion: .file())
  var weights: [String] = []

  @Option(help: ArgumentHelp("The repository, NAMESPACE/NAME.", valueName: "repository"))
  var repo: String?

  @Option(help: "The branch to commit to (main).")
  var revision: String?

  @Option(help: "The folder in the repository, instead of records/TRACK/NAME/seed_N.")
  var path: String?

  @Option(help: "The track, where neither the folder nor submission.json names it.")
  var track: String?

  @Option(parsing: .unconditional, help: "The seed of the run, where the logs do not name one.")
  var seed: Int?

  @Option(help: ArgumentHelp("The id of the licence, such as `mit`.", valueName: "id"))
  var license: String?

  @Option(
    help: ArgumentHelp("Sign the folder with this key (PEM).", valueName: "file"),
    completion: .file())
  var sign: String?

  @Flag(help: "Upload PyTorch files as they are, too.")
  var keepPickles = false

  @Flag(help: "Open a pull request instead of committing.")
  var createPr = false

  @Flag(name: .customLong("private"), help: "A repository that is begun is private.")
  var isPrivate = false

  @Flag(help: "Say what would be uploaded, and upload nothing.")
  var dryRun = false

  @Flag(help: "Print the checklist of a pull request, and end.")
  var check = false

  @OptionGroup var hub: HubFlags
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard check || dryRun || repo != nil else {
      throw ValidationError("--repo: give the repository, such as me/parameter-golf")
    }
    guard !check || !dryRun else {
      throw ValidationError("--check and --dry-run exclude each other")
    }
  }

  func run() async throws {
    guard !check else { return try printChecklist() }
    let repository = try repo.map { try RepositoryAddress($0, revision: revision) }
    let key = try signingKey()
    guard let repository, !dryRun else {
      return tell(try prepared(for: repository, signedBy: key).package)
    }
    let client = HubClient(try hub.settings())
    do {
      try await publish(to: repository, signedBy: key, client)
      await client.close()
    } catch {
      await client.close()
      throw error
    }
  }

  private func signingKey() throws(Rejection) -> SigningKey? {
    guard let sign else { return nil }
    var audit = Audit()
    let key = try SigningKey(path: sign, audit: &audit)
    WarningReport(warnings: audit.warnings).print(unless: !output.isTalkative)
    return key
  }

  /// The package, whose folder goes on a signal until the interruption ends.
  private func prepared(
    for repository: RepositoryAddress?, signedBy key: SigningKey?
  ) throws(Rejection) -> (package: RecordPackage, interruption: Interruption) {
    let staging = try StagingFolder()
    let interruption = Interruption(
      removing: staging.root, saying: "interrupted; the Hub confirmed no commit",
      asJSON: output.json)
    var options = RecordPackage.Options()
    (options.track, options.seed, options.license, options.path) = (track, seed, license, path)
    (options.keepsPickles, options.version) = (keepPickles, Birdie.version)
    let package = try RecordPackage(
      record, weights: weights, repository: repository?.id, in: staging, options
    ) { (folder) throws(Rejection) in
      guard let key else { return }
      _ = try ModelSignature.sign(
        folder: folder, key: key, ignoring: [], to: ModelSignature.path(in: folder),
        overwrites: false)
    }
    return (package, interruption)
  }

  private func publish(
    to repository: RepositoryAddress, signedBy key: SigningKey?, _ client: HubClient
  ) async throws {
    var publication = Publication(repository)
    (publication.opensPullRequest, publication.isPrivate) = (createPr, isPrivate)
    if let key = key?.publicKey {
      publication.saysTheSame = { SigstoreBundle.sayTheSame($0, $1, by: key) }
    }
    // Converting takes long: a wrong token or name is found before.
    try await publication.rehearse(client)
    let (package, interruption) = try prepared(for: repository, signedBy: key)
    let line = TransferLine("publishing", isShown: output.isTalkative)
    let outcome = try await publication.run(package, client, progress: line.update)
    line.finish()
    interruption.end()
    tell(outcome, of: package, in: repository)
  }

  private func tell(
    _ outcome: Publication.Outcome, of package: RecordPackage, in repository: RepositoryAddress
  ) {
    if output.json {
      return Document.print([
        "repository": .string(repository.id), "path": .string(package.place.description),
        "commit": outcome.commit.map { .string($0) } ?? .null,
        "url": outcome.page.map { .string($0) } ?? .null,
        "uploaded": JSONValue(outcome.paths), "removed": JSONValue(outcome.removedPaths),
        "sent_bytes": .integer(outcome.sentByteCount),
      ])
    }
    guard let commit = outcome.commit else {
      if output.isTalkative { Talk.write("everything is there already\n") }
      return
    }
    if output.isTalkative {
      let removed = outcome.removedPaths.count
      Talk.write(
        "\(outcome.paths.count) files, \(Quantity.bytes(outcome.sentByteCount)), "
          + (removed > 0 ? "and \(removed) removed, " : "") + "in \(commit)\n"
          + "others get them with\n  birdie pull \(repository.id) --include '\(package.place)/*'\n"
          + "  hf download \(repository.id) --include '\(package.place)/*'\n")
    }
    Data.write((outcome.page ?? commit) + "\n")
  }

  private func printChecklist() throws {
    let folder = try RecordFolder(scanning: record)
    let list = RecordCheck(folder)
    let hasWeights = folder.files.contains(where: \.role.holdsTensors) || !weights.isEmpty
    if output.json {
      Document.print([
        "path": .string(record), "check": list.json, "weights": .bool(hasWeights),
      ])
    } else if !output.quiet {
      Data.write(list.text())
      if !hasWeights { Data.write("missing   weights: final_model.pt or the artifact\n") }
    }
    guard list.holds, hasWeights else { throw ExitCode(ExitStatus.difference.rawValue) }
  }

  private func tell(_ package: RecordPackage) {
    let files = package.folder.files
    let total = files.reduce(0) { $0 + $1.byteCount }
    guard !output.json else {
      return Document.print([
        "path": .string(package.place.description), "bytes": .integer(total),
        "files": .array(
          files.map { ["path": .string($0.path.description), "bytes": .integer($0.byteCount)] }),
      ])
    }
    for file in files {
      let size = Quantity.bytes(file.byteCount)
      let padding = String(repeating: " ", count: max(0, 10 - size.count))
      Data.write("\(padding)\(size)  \(package.place)/\(file.path.description.printable)\n")
    }
    if let bytes = package.folder.foundByteCount, output.isTalkative {
      let rest = Challenge.byteLimit - bytes
      Talk.write(
        "code and artifact: \(Quantity.grouped(bytes)) of "
          + "\(Quantity.grouped(Challenge.byteLimit)) bytes, "
          + (rest < 0
            ? "\(Quantity.grouped(-rest)) too many\n" : "\(Quantity.grouped(rest)) left\n"))
    }
  }
}
