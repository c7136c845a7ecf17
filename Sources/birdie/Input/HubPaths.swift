import Diagnostics
import Glibc
import WeightHub

/// Command lines with `hf://` in them: what the addresses name is brought into the cache, and the
/// verbs are given paths there.
struct HubPaths {
  private let arguments: [String]

  init(_ arguments: [String]) { self.arguments = arguments }

  /// The arguments with paths of files in place of addresses. Throws W-rules.
  func resolved() async throws(Rejection) -> [String] {
    let words = arguments.map(Self.split)
    guard words.contains(where: { FileAddress.isOne($0.value) }) else { return arguments }
    let settings = try HubFlags.settings()
    let client = HubClient(settings)
    var resolved: [String] = []
    do throws(Rejection) {
      for word in words {
        let isAddress = FileAddress.isOne(word.value)
        let value = isAddress ? try await path(of: FileAddress(word.value), client) : word.value
        resolved.append(word.flag + value)
      }
    } catch {
      await client.close()
      throw error
    }
    await client.close()
    return resolved
  }

  /// An argument as what may be an address, and the flag in front of it: `--against=hf://…`.
  private static func split(_ argument: String) -> (flag: String, value: String) {
    guard argument.hasPrefix("--"), let sign = argument.firstIndex(of: "=") else {
      return ("", argument)
    }
    return (String(argument[...sign]), String(argument[argument.index(after: sign)...]))
  }

  private func path(
    of address: FileAddress, _ client: HubClient
  ) async throws(Rejection) -> String {
    var pull = Pull(address.repository)
    let wanted = Companions(of: address.path)
    pull.includes = { wanted.includes($0) }
    let folder: String
    if client.settings.isOffline {
      folder = try pull.cached(client.settings).folder
    } else {
      let plan = try await pull.plan(client)
      guard !plan.files.isEmpty else {
        throw Rejection(
          WeightHubRules.notFound,
          "\(address.repository.id) at \(address.repository.revision) has no \(address.path)")
      }
      let isQuiet = arguments.contains { ["--json", "-q", "--quiet"].contains($0) }
      let line = TransferLine("pulling", of: plan.missingByteCount, isShown: !isQuiet)
      folder = try await pull.run(plan, client, progress: line.add).folder
      line.finish()
    }
    let path = address.path.isEmpty ? folder : "\(folder)/\(address.path)"
    guard access(path, R_OK) == 0 else {
      throw Rejection(WeightHubRules.offline, "\(address.repository.id): \(address.path)")
    }
    return path
  }
}

/// What comes with a file: the shards that an index speaks of, and the configuration beside them.
private struct Companions: Sendable {
  private let path: String
  private let folder: String

  init(of path: String) {
    self.path = path
    folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  func includes(_ candidate: String) -> Bool {
    if path.isEmpty || candidate == path || candidate.hasPrefix(path + "/") { return true }
    guard candidate.hasPrefix(folder) else { return false }
    let name = candidate.dropFirst(folder.count)
    guard !name.contains("/") else { return false }
    // A shard is called after its index: model.safetensors.index.json, model-00001-of-00002.…
    let stem = path.dropFirst(folder.count).split(separator: ".").first ?? ""
    let isShard = path.hasSuffix(".index.json") && name.hasPrefix(stem + "-")
    return name == "config.json" || isShard
  }
}
