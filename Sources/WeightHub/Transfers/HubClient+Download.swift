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
    let partial = try await partial(of: file, in: cache)
    // Whoever had the lock before may have finished.
    guard !cache.hasBlob(file) else {
      partial.remove()
      return progress(file.byteCount)
    }
    try await partial.takeOver()
    let takenOver = partial.byteCount
    progress(takenOver)
    let path = repository.path(of: file, at: commit)
    try await fill(partial, of: file, from: address(path), progress)
    if takenOver > 0, !partial.isWhole {
      // What a process leaves when the power fails may be anything.
      progress(-partial.byteCount)
      try partial.clear()
      try await fill(partial, of: file, from: address(path), progress)
    }
    guard partial.isWhole else {
      let digest = partial.digestText
      try partial.clear()
      throw Rejection(WeightHubRules.digest, "\(file.path) is \(digest), not \(file.entityTag)")
    }
    try partial.finish(as: cache.blob(file.entityTag))
  }

  /// The file's partial one, once no other process downloads it: several that pull the same
  /// repository take turns. Throws W12 after ten minutes.
  private func partial(
    of file: RemoteFile, in cache: HubCache
  ) async throws(Rejection) -> PartialFile {
    var waits = 0
    while true {
      do throws(Rejection) {
        return try PartialFile(cache.partialBlob(file.entityTag), of: file)
      } catch {
        guard error.rule == WeightHubRules.busy, waits < 1200 else { throw error }
        waits += 1
        try await Self.sleep(0.5)
      }
    }
  }

  /// Asks for the rest until it is there.
  private func fill(
    _ partial: PartialFile, of file: RemoteFile, from address: String,
    _ progress: @Sendable (Int) -> Void
  ) async throws(Rejection) {
    var failures = 0
    var most = partial.byteCount
    while partial.byteCount < file.byteCount {
      do throws(TransportFailure) {
        try await fetch(address, partial, file.byteCount, progress)
      } catch {
        // What came in stays; the next try asks for the rest. A Hub that begins anew each time and
        // gets no further makes no progress.
        failures = partial.byteCount > most ? 1 : failures + 1
        most = max(most, partial.byteCount)
        guard error.prospect != .hopeless, failures < 6 else { throw error.rejection }
        try await Self.sleep(min(0.25 * Double(1 << failures), 16))
      }
    }
  }

  private func fetch(
    _ address: String, _ partial: PartialFile, _ byteCount: Int,
    _ progress: @Sendable (Int) -> Void
  ) async throws(TransportFailure) {
    var exchange = Exchange(.GET, address)
    // What is compressed on its way has other lengths and places.
    exchange.headers = [("Accept-Encoding", "identity")]
    if partial.byteCount > 0 {
      exchange.headers.append(("Range", "bytes=\(partial.byteCount)-"))
    }
    do {
      let response = try await send(exchange)
      let answer = DownloadAnswer(
        status: response.status.code, range: response.headers.first(name: "content-range"),
        length: response.headers.first(name: "content-length"))
      switch try answer.start(after: partial.byteCount, of: byteCount, from: address) {
      case 0 where partial.byteCount > 0:
        progress(-partial.byteCount)
        try partial.clear()
      default: break
      }
      for try await buffer in response.body {
        try buffer.withUnsafeReadableBytes { try partial.append($0) }
        progress(buffer.readableBytes)
      }
    } catch { throw TransportFailure(error, at: address) }
    guard partial.byteCount == byteCount else { throw TransportFailure(endedEarly: address) }
  }
}

/// What the head of an answer says of the bytes that come.
struct DownloadAnswer {
  let status: UInt
  /// `Content-Range`.
  let range: String?
  /// `Content-Length`.
  let length: String?

  /// Where in the file the body begins: at what was asked for, or at 0 where the server sends all
  /// of it again. Throws W04 for any other part, and for a file of another length.
  func start(
    after position: Int, of byteCount: Int, from address: String
  ) throws(Rejection) -> Int {
    guard status != 206 else {
      // `bytes 1000-1999/2000`; the length may be `*`.
      let words = range?.split { " -/".contains($0) } ?? []
      guard words.count == 4, words[0].lowercased() == "bytes", Int(words[1]) == position,
        words[3] == "*" || Int(words[3]) == byteCount
      else {
        throw Self.rejection(
          "asked for the bytes from \(position), got \(range ?? "some")", address)
      }
      return position
    }
    guard length == nil || length.flatMap(Int.init) == byteCount else {
      throw Self.rejection("the file has \(byteCount) bytes, not \(length ?? "")", address)
    }
    return 0
  }

  private static func rejection(_ what: String, _ address: String) -> Rejection {
    Rejection(WeightHubRules.answer, "\(Exchange.shown(address)): \(what)")
  }
}

extension HubClient {
  /// The bytes of a small file. Throws W05 for those that do not match their digest.
  public func bytes(
    of file: RemoteFile, in repository: RepositoryAddress, at commit: String
  ) async throws(Rejection) -> [UInt8] {
    let path = repository.path(of: file, at: commit)
    let response = try await send(Exchange(.GET, address(path)))
    let bytes: [UInt8]
    do { bytes = try await response.bytes() } catch {
      throw TransportFailure(error, at: path).rejection
    }
    var digest = BlobDigest(of: file)
    bytes.withUnsafeBytes { digest.update($0) }
    guard bytes.count == file.byteCount, digest.text == file.entityTag else {
      throw Rejection(WeightHubRules.digest, "\(file.path) is \(digest.text)")
    }
    return bytes
  }
}
