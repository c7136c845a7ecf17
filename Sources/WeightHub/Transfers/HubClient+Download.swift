internal import AsyncHTTPClient
public import Diagnostics
internal import NIOCore
internal import NIOHTTP1

extension HubClient {
  /// Brings a file into the cache, from where an earlier try ended. `progress` is told how many
  /// more bytes are there. Throws W05 for bytes that do not match their digest, and what sending
  /// throws.
  func download(
    _ file: RemoteFile, of repository: RepositoryAddress, at commit: String, to cache: HubCache,
    progress: @escaping @Sendable (Int) -> Void
  ) async throws(Rejection) {
    guard !cache.hasBlob(file) else { return progress(file.byteCount) }
    try CacheFailure.makeFolder(cache.folder + "/blobs")
    let partial = try PartialFile(cache.partialBlob(file.entityTag), of: file)
    progress(partial.byteCount)
    let path = "\(repository.filePath)/resolve/\(commit)/\(PercentEncoding.path(file.path))"
    var failures = 0
    while partial.byteCount < file.byteCount {
      let before = partial.byteCount
      do throws(Rejection) {
        try await fetch(address(path), partial, progress)
      } catch {
        // What came in stays; the next try asks for the rest.
        failures = partial.byteCount > before ? 0 : failures + 1
        guard error.rule == WeightHubRules.unreachable, failures < 6 else { throw error }
        try await Self.sleep(min(0.5 * Double(1 << failures), 16))
      }
    }
    guard partial.digestText == file.entityTag else {
      let digest = partial.digestText
      try partial.clear()
      throw Rejection(WeightHubRules.digest, "\(file.path) is \(digest), not \(file.entityTag)")
    }
    try partial.finish(as: cache.blob(file.entityTag))
  }

  private func fetch(
    _ address: String, _ partial: PartialFile, _ progress: @Sendable (Int) -> Void
  ) async throws(Rejection) {
    var exchange = Exchange(.GET, address)
    // What is compressed on its way has other lengths and places.
    exchange.headers = [("Accept-Encoding", "identity")]
    if partial.byteCount > 0 {
      exchange.headers.append(("Range", "bytes=\(partial.byteCount)-"))
    }
    let response = try await send(exchange)
    if response.status != .partialContent, partial.byteCount > 0 {
      // The server sends all of it again.
      progress(-partial.byteCount)
      try partial.clear()
    }
    do {
      for try await buffer in response.body {
        try buffer.withUnsafeReadableBytes { try partial.append($0) }
        progress(buffer.readableBytes)
      }
    } catch { throw Self.unreachable(error, address) }
  }
}

extension HubClient {
  /// The bytes of a small file. Throws W05 for those that do not match their digest.
  public func bytes(
    of file: RemoteFile, in repository: RepositoryAddress, at commit: String
  ) async throws(Rejection) -> [UInt8] {
    let path = "\(repository.filePath)/resolve/\(commit)/\(PercentEncoding.path(file.path))"
    let response = try await send(Exchange(.GET, address(path)))
    let bytes: [UInt8]
    do { bytes = try await response.bytes() } catch { throw Self.unreachable(error, path) }
    var digest = BlobDigest(of: file)
    bytes.withUnsafeBytes { digest.update($0) }
    guard bytes.count == file.byteCount, digest.text == file.entityTag else {
      throw Rejection(WeightHubRules.digest, "\(file.path) is \(digest.text)")
    }
    return bytes
  }
}
