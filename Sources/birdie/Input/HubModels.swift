import Checkpoints
import Diagnostics
import Files
import Glibc
import Recipes
import WeightHub

/// Brings the models of a recipe that are repositories on a Hub into the cache: `hf://owner/name`,
/// or `owner/name` where there is no path of that name, as mergekit has it.
struct HubModels {
  private let isShown: Bool

  /// Models, with a line about what is pulled if that is wanted.
  init(isShown: Bool) { self.isShown = isShown }

  /// Whether a name may be that of a repository.
  static func isOne(_ location: ModelReference.Location) -> Bool {
    FileAddress.isOne(location.path) || (try? RepositoryAddress(location.path)) != nil
  }

  /// The folders of models in the cache. Throws M05 where a repository is not there, and W-rules.
  func folders(
    of locations: [ModelReference.Location]
  ) async throws(Rejection) -> [ModelReference.Location: String] {
    guard !locations.isEmpty else { return [:] }
    let client = HubClient(try HubFlags.settings())
    var folders: [ModelReference.Location: String] = [:]
    do throws(Rejection) {
      for location in locations { folders[location] = try await folder(of: location, client) }
    } catch {
      await client.close()
      throw error
    }
    await client.close()
    return folders
  }

  private func folder(
    of location: ModelReference.Location, _ client: HubClient
  ) async throws(Rejection) -> String {
    let (repository, path) = try Self.address(location)
    do throws(Rejection) {
      let folder = try await pull(repository, below: path, client)
      return path.isEmpty ? folder : "\(folder)/\(path)"
    } catch {
      // What was meant as a path is said to be missing as one.
      guard !FileAddress.isOne(location.path) else { throw error }
      throw Rejection(
        MergeRules.model, "there is no \(location), and as a repository: \(error.message)")
    }
  }

  private static func address(
    _ location: ModelReference.Location
  ) throws(Rejection) -> (RepositoryAddress, path: String) {
    guard FileAddress.isOne(location.path) else {
      return (try RepositoryAddress(location.path, revision: location.revision), "")
    }
    let file = try FileAddress(location.path)
    guard let revision = location.revision else { return (file.repository, file.path) }
    guard !location.path.contains("@") else {
      throw Rejection(
        MergeRules.malformed, "\(location.path) has a revision, and \(revision) is another")
    }
    return (try RepositoryAddress(file.repository.id, revision: revision), file.path)
  }

  /// The small files of a model, and its weights: safetensors where there are any.
  private func pull(
    _ repository: RepositoryAddress, below path: String, _ client: HubClient
  ) async throws(Rejection) -> String {
    var pull = Pull(repository)
    let prefix = path.isEmpty ? "" : path + "/"
    let wanted = Self.wanted(path, prefix, [".safetensors"])
    pull.includes = wanted
    if client.settings.isOffline { return try pull.cached(client.settings).folder }
    var plan = try await pull.plan(client)
    if !plan.files.contains(where: { $0.path.hasSuffix(".safetensors") || $0.path == path }) {
      pull.includes = Self.wanted(path, prefix, [".bin", ".pt", ".pth"])
      plan = try await pull.plan(client)
    }
    let line = TransferLine("pulling", of: plan.missingByteCount, isShown: isShown)
    defer { line.finish() }
    return try await pull.run(plan, client, progress: line.add).folder
  }

  private static let smallEndings = [".json", ".model", ".txt", ".jinja"]

  private static func wanted(
    _ path: String, _ prefix: String, _ endings: [String]
  ) -> @Sendable (String) -> Bool {
    { candidate in
      guard candidate != path || path.isEmpty else { return true }
      guard candidate.hasPrefix(prefix), !candidate.dropFirst(prefix.count).contains("/") else {
        return false
      }
      return (smallEndings + endings).contains { candidate.hasSuffix($0) }
    }
  }
}
