import ArgumentParser
import Diagnostics
import Glibc
import JSON
import WeightHubServer

/// `birdie serve`: a Hub of one's own.
struct Serve: Verb, AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serves a Hub that the Python clients take for the real one.",
    discussion: """
      The folder holds everything: repositories, history, and each chunk of their files once. \
      Without --token-file only programs on this machine are served, and they may do everything. A \
      file of tokens has one a line: the token, its user's name, and read, write or admin.
      """)

  static let examples = [
    "birdie serve --root hub",
    "birdie serve --root hub --host 0.0.0.0 --port 8080 --token-file tokens",
    "HF_ENDPOINT=http://127.0.0.1:8080 HF_TOKEN=any hf upload me/model model.safetensors",
    "birdie serve --root hub --check            # is everything whole?",
  ]

  @Option(help: "The folder of the Hub; it is made if it is missing.", completion: .directory)
  var root: String

  @Option(help: "The name or address to listen on.")
  var host = "127.0.0.1"

  @Option(parsing: .unconditional, help: "The port to listen on; 0 for one that is free.")
  var port = 8080

  @Option(help: "A file of tokens: without one of them nothing is served.", completion: .file())
  var tokenFile: String?

  @Flag(help: "Serve public repositories to those without a token, too.")
  var anonymousRead = false

  @Option(
    help: ArgumentHelp("The address that clients are told, behind a proxy.", valueName: "url"))
  var publicUrl: String?

  @Flag(help: "Read everything that is stored, say whether it is whole, and end.")
  var check = false

  @Flag(help: "Remove what no branch, tag or pull request leads to, and end.")
  var collectGarbage = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How old garbage must be to be removed: younger files may belong to an upload.",
      valueName: "hours"))
  var olderThan = 24

  @Flag(name: .shortAndLong, help: "Tell every request.")
  var verbose = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (0...65_535).contains(port) else {
      throw ValidationError("--port \(port): give a number from 0 to 65535")
    }
    guard !anonymousRead || tokenFile != nil else {
      throw ValidationError("--anonymous-read means nothing without --token-file")
    }
    guard !check || !collectGarbage else {
      throw ValidationError("--check and --collect-garbage exclude each other")
    }
    guard olderThan >= 0 else {
      throw ValidationError("--older-than \(olderThan): give at least 0")
    }
    if let publicUrl, !publicUrl.hasPrefix("http://"), !publicUrl.hasPrefix("https://") {
      throw ValidationError("--public-url \(publicUrl): give http:// or https:// and a host")
    }
  }

  func run() async throws {
    let policy =
      try tokenFile.map { try AccessPolicy(tokenFile: $0, strangersMayRead: anonymousRead) }
      ?? .everybody
    let hub = try Hub(root: root, beginning: check || collectGarbage ? .refused : .allowed)
    if check { return try tell(try hub.inventory()) }
    if collectGarbage { return try removeGarbage(of: hub) }
    if publicUrl == nil, tokenFile != nil, host != "127.0.0.1", host != "localhost", !output.quiet {
      Talk.write(
        "clients are told http://, as they came; behind a proxy with TLS give --public-url\n")
    }
    var server = HubServer(hub, policy: policy)
    (server.host, server.port) = (host, port)
    server.publicAddress = publicUrl.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    server.verbosity = verbose ? .info : .warning
    try await server.run { [output, root] address in
      if output.json {
        Document.print(["serve": ["root": .string(root), "address": .string(address)]])
      } else if output.isTalkative {
        Talk.write("serving \(root.printable) at \(address); Ctrl-C ends it\n")
      }
    }
  }

  private func removeGarbage(of hub: Hub) throws {
    let freed = try hub.collectGarbage(storedBefore: time(nil) - 3600 * olderThan)
    if output.json { return Document.print(["garbage": ["freed_bytes": .integer(freed)]]) }
    guard output.isTalkative else { return }
    Data.write("freed \(Quantity.bytes(freed))\n")
  }

  /// What is stored, and what is damaged of it; a damaged Hub ends with 1.
  private func tell(_ inventory: Hub.Inventory) throws {
    if output.json {
      Document.print([
        "check": [
          "repositories": .integer(inventory.repositoryCount),
          "commits": .integer(inventory.commitCount), "files": .integer(inventory.contentCount),
          "bytes": .integer(inventory.contentByteCount),
          "stored_bytes": .integer(inventory.chunkByteCount),
          "defects": JSONValue(inventory.defects),
        ]
      ])
    } else if !output.quiet {
      let stored = Quantity.bytes(inventory.chunkByteCount)
      Data.write(
        "\(inventory.repositoryCount) repositories, \(inventory.commitCount) commits, "
          + "\(inventory.contentCount) files of \(Quantity.bytes(inventory.contentByteCount)), "
          + "stored in \(stored)\n")
      for defect in inventory.defects { Data.write("damaged: \(defect)\n") }
      if inventory.defects.isEmpty { Data.write("everything is whole\n") }
    }
    guard inventory.defects.isEmpty else { throw ExitCode(ExitStatus.difference.rawValue) }
  }
}
