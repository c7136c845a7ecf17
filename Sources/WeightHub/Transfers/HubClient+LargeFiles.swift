internal import AsyncHTTPClient
internal import Diagnostics
internal import JSON
internal import NIOHTTP1

extension HubClient {
  /// Sends large files that the Hub does not have (Git LFS, basic and multipart transfers); gives
  /// how many bytes were sent.
  func upload(
    _ changes: [Push.Change], to repository: RepositoryAddress, width: Int,
    progress: @escaping @Sendable (Int) -> Void
  ) async throws(Rejection) -> Int {
    guard !changes.isEmpty else { return 0 }
    var wanted: [Upload] = []
    for start in stride(from: 0, to: changes.count, by: 256) {
      let part = Array(changes[start..<min(start + 256, changes.count)])
      wanted += try await places(for: part, in: repository)
    }
    let sizes = wanted.reduce(0) { $0 + $1.change.facts.byteCount }
    progress(changes.reduce(0) { $0 + $1.facts.byteCount } - sizes)
    try await Transfers.forEach(wanted, width: width) { (upload) throws(Rejection) in
      try await self.send(upload)
      progress(upload.change.facts.byteCount)
    }
    return sizes
  }

  /// A file, and what the Hub wants done with it.
  private struct Upload: Sendable {
    let change: Push.Change
    let upload: JSONValue
    let verify: JSONValue?
  }

  private func places(
    for changes: [Push.Change], in repository: RepositoryAddress
  ) async throws(Rejection) -> [Upload] {
    let objects = changes.map { change -> JSONValue in
      ["oid": .string(change.facts.sha256), "size": .integer(change.facts.byteCount)]
    }
    let type = "application/vnd.git-lfs+json"
    var exchange = Exchange(
      .POST, address("\(repository.filePath).git/info/lfs/objects/batch"),
      json: [
        "operation": "upload", "transfers": ["basic", "multipart"], "objects": .array(objects),
        "hash_algo": "sha256", "ref": ["name": .string(repository.revision)],
      ], type: type)
    exchange.headers = [("Accept", type)]
    let answer = try await json(exchange)
    var said: [String: JSONValue] = [:]
    for object in answer["objects"]?.elements ?? [] {
      try Self.requireNoError(object)
      if let digest = object["oid"]?.string { said[digest] = object }
    }
    var uploads: [Upload] = []
    var seen: Set<String> = []
    for change in changes where seen.insert(change.facts.sha256).inserted {
      guard let object = said[change.facts.sha256] else {
        throw Rejection(
          WeightHubRules.answer, "the batch says nothing of \(change.file.path)")
      }
      // What the Hub has already has no actions.
      guard let upload = object["actions"]?["upload"] else { continue }
      uploads.append(
        Upload(change: change, upload: upload, verify: object["actions"]?["verify"]))
    }
    return uploads
  }

  private static func requireNoError(_ object: JSONValue) throws(Rejection) {
    guard let error = object["error"], error != .null else { return }
    let code = error["code"]?.integer.map { "\($0)" } ?? "without a word"
    throw Rejection(
      WeightHubRules.refused,
      error["message"]?.string ?? "\(object["oid"]?.string ?? "an object"): error \(code)")
  }

  private func send(_ upload: Upload) async throws(Rejection) {
    guard let address = upload.upload["href"]?.string else {
      throw Rejection(WeightHubRules.answer, "an upload without an address")
    }
    let header = upload.upload["header"]
    if let said = header?["chunk_size"] {
      guard let size = said.string.flatMap(Int.init) ?? said.integer, size > 0 else {
        throw Rejection(WeightHubRules.answer, "parts of \(said.text()) bytes")
      }
      try await sendParts(upload, of: size, header?.members ?? [], completion: address)
    } else {
      var exchange = Exchange(.PUT, address)
      exchange.hasToken = false
      exchange.headers = Self.headers(header)
      exchange.payload = upload.change.file.payload(0..<upload.change.facts.byteCount)
      _ = try await send(exchange)
    }
    guard let verify = upload.verify, let place = verify["href"]?.string else { return }
    var exchange = Exchange(
      .POST, place,
      json: [
        "oid": .string(upload.change.facts.sha256),
        "size": .integer(upload.change.facts.byteCount),
      ])
    exchange.headers = Self.headers(verify["header"])
    _ = try await send(exchange)
  }

  /// Parts have addresses of their own, under the digits of their numbers.
  private func sendParts(
    _ upload: Upload, of size: Int, _ header: [(key: String, value: JSONValue)],
    completion: String
  ) async throws(Rejection) {
    let byteCount = upload.change.facts.byteCount
    var parts: [JSONValue] = []
    for (index, start) in stride(from: 0, to: byteCount, by: size).enumerated() {
      // The Hub writes them with zeros in front.
      let number = header.first { Self.partNumber($0.key) == index + 1 }
      guard let place = number?.value.string else {
        throw Rejection(WeightHubRules.answer, "part \(index + 1) has no address")
      }
      var exchange = Exchange(.PUT, place)
      exchange.hasToken = false
      exchange.payload = upload.change.file.payload(start..<min(start + size, byteCount))
      let response = try await send(exchange)
      guard let tag = response.headers.first(name: "etag") else {
        throw Rejection(WeightHubRules.answer, "part \(index + 1) has no entity tag")
      }
      parts.append(["partNumber": .integer(index + 1), "etag": .string(tag)])
    }
    var exchange = Exchange(
      .POST, completion,
      json: ["oid": .string(upload.change.facts.sha256), "parts": .array(parts)],
      type: "application/vnd.git-lfs+json")
    (exchange.isRepeatable, exchange.isSlow) = (false, true)
    exchange.headers = [("Accept", "application/vnd.git-lfs+json")]
    _ = try await send(exchange)
  }

  private static func partNumber(_ key: String) -> Int? {
    key.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(key) : nil
  }

  private static func headers(_ json: JSONValue?) -> [(name: String, value: String)] {
    (json?.members ?? []).compactMap { member in
      member.value.string.map { (name: member.key, value: $0) }
    }
  }
}

extension LocalFile {
  /// A part of it, to be sent.
  fileprivate func payload(_ range: Range<Int>) -> Exchange.Payload {
    switch content {
    case .file(let path): .file(path, range)
    case .bytes(let bytes): .bytes(Array(bytes[range]), type: "application/octet-stream")
    }
  }
}
