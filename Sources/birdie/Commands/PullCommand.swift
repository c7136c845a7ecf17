import ArgumentParser
import Diagnostics
import Glibc
import JSON
import WeightHub

/// `birdie pull`: a repository's files, verified, where Python looks for them too.
struct PullCommand: Verb, AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Downloads files from a Hub, verifies them, and prints where they are.",
    discussion: """
      Files go to the cache that huggingface_hub uses (HF_HOME, HF_HUB_CACHE), each verified by \
      its digest as it arrives; what is in the cache already is not read again. A download that \
      was interrupted, however that came, goes on where it ended. With HF_HUB_OFFLINE nobody is \
      asked, and what the cache has of the repository is all there is. A token is taken from \
      HF_TOKEN, or from the file of HF_TOKEN_PATH or HF_HOME/token.
      """)

  static let examples = [
    "birdie pull me/parameter-golf --include 'records/*/manifest.json'",
    "birdie pull me/model@v1 --local-dir model",
    "birdie pull me/model --dry-run",
    "birdie inspect hf://me/model/model.safetensors      # pulls what it needs",
  ]

  @Argument(help: "NAMESPACE/NAME, perhaps with @REVISION; datasets/… for data.")
  var repository: String

  @Option(help: "A branch, tag, commit or refs/pr/N (main).")
  var revision: String?

  @Option(
    help: ArgumentHelp("Only paths that match; * stands for slashes too.", valueName: "glob"))
  var include: [String] = []

  @Option(help: ArgumentHelp("No paths that match.", valueName: "glob"))
  var exclude: [String] = []

  @Option(help: "Copy the files to this folder.", completion: .directory)
  var localDir: String?

  @Flag(help: "Say what would be downloaded, and download nothing.")
  var dryRun = false

  @OptionGroup var hub: HubFlags
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var pull = Pull(try RepositoryAddress(repository, revision: revision))
    let (include, exclude) = (include, exclude)
    pull.includes = { path in
      (include.isEmpty || include.contains { fnmatch($0, path, 0) == 0 })
        && !exclude.contains { fnmatch($0, path, 0) == 0 }
    }
    let client = HubClient(try hub.settings())
    do {
      try await run(pull, client)
      await client.close()
    } catch {
      await client.close()
      throw error
    }
  }

  private func run(_ pull: Pull, _ client: HubClient) async throws {
    if client.settings.isOffline { return try tell(try pull.cached(client.settings)) }
    let plan = try await pull.plan(client)
    guard !plan.files.isEmpty else {
      throw Rejection(WeightHubRules.notFound, "\(pull.repository.id) has no files that match")
    }
    guard !dryRun else { return tell(plan) }
    let line = TransferLine("pulling", of: plan.missingByteCount, isShown: output.isTalkative)
    let outcome = try await pull.run(plan, client, progress: line.add)
    line.finish()
    if let localDir { try outcome.copy(to: localDir) }
    let folder = localDir ?? outcome.folder
    guard !output.json else {
      return Document.print([
        "folder": .string(folder), "commit": .string(outcome.commit),
        "files": .array(outcome.files.map(\.json)),
      ])
    }
    if output.isTalkative {
      let bytes = outcome.files.reduce(0) { $0 + $1.byteCount }
      Talk.write(
        "\(outcome.files.count) files, \(Quantity.bytes(bytes)), as \(pull.repository.id) has them "
          + "at \(outcome.commit)\n")
    }
    Data.write(folder + "\n")
  }

  /// What the cache has, without a Hub.
  private func tell(_ cached: Pull.Cached) throws(Rejection) {
    if dryRun, !output.json {
      for file in cached.files { tell(file.path, file.byteCount) }
      if output.isTalkative { Talk.write("\(Quantity.bytes(0)) to download\n") }
      return
    }
    if let localDir, !dryRun { try cached.copy(to: localDir) }
    let folder = localDir ?? cached.folder
    guard output.json else { return Data.write(folder + "\n") }
    var members: [(key: String, value: JSONValue)] = [
      ("commit", .string(cached.commit)), ("files", .array(cached.files.map(\.json))),
    ]
    members.insert(
      dryRun ? ("missing_bytes", .integer(0)) : ("folder", .string(folder)), at: 0)
    Document.print(members)
  }

  private func tell(_ path: String, _ byteCount: Int) {
    Data.write("\(Quantity.bytes(byteCount).leftPadded(to: 10))  \(path.printable)\n")
  }

  private func tell(_ plan: Pull.Plan) {
    if output.json {
      return Document.print([
        "commit": .string(plan.commit), "missing_bytes": .integer(plan.missingByteCount),
        "files": .array(plan.files.map(\.json)),
      ])
    }
    for file in plan.files { tell(file.path, file.byteCount) }
    guard output.isTalkative else { return }
    Talk.write("\(Quantity.bytes(plan.missingByteCount)) to download\n")
  }
}

extension RemoteFile {
  /// As JSON.
  var json: JSONValue {
    [
      "path": .string(path), "bytes": .integer(byteCount),
      "sha256": sha256.map { .string($0) } ?? .null, "blob": .string(blobID),
    ]
  }
}

extension Pull.CachedFile {
  /// As JSON, like a file of a Hub: the cache has one of the two digests.
  fileprivate var json: JSONValue {
    let digest = { (count: Int) -> JSONValue in
      entityTag.flatMap { $0.utf8.count == count ? .string($0) : nil } ?? .null
    }
    return [
      "path": .string(path), "bytes": .integer(byteCount), "sha256": digest(64),
      "blob": digest(40),
    ]
  }
}

extension String {
  fileprivate func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
