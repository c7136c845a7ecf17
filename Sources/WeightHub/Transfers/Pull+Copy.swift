public import Diagnostics
internal import Glibc

extension Pull.Outcome {
  /// Copies the files to a folder, under their paths there: the cache's own are not for editing.
  /// Throws W08.
  public func copy(to target: String) throws(Rejection) {
    try Pull.copy(files.map(\.path), from: folder, to: target)
  }
}

extension Pull.Cached {
  /// Copies the files to a folder, under their paths there: the cache's own are not for editing.
  /// Throws W08.
  public func copy(to target: String) throws(Rejection) {
    try Pull.copy(files.map(\.path), from: folder, to: target)
  }
}

extension Pull {
  fileprivate static func copy(
    _ paths: [String], from source: String, to target: String
  ) throws(Rejection) {
    for path in paths {
      let place = "\(target)/\(path)"
      try CacheFailure.makeFolder(String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)]))
      try copy("\(source)/\(path)", to: place)
    }
  }

  private static func copy(_ source: String, to target: String) throws(Rejection) {
    let input = try OpenFile(source)
    let output = try WholeFile(target)
    var position = 0
    while position < input.byteCount {
      let bytes = try input.bytes(at: position, count: min(1 << 20, input.byteCount - position))
      try output.append(bytes)
      position += bytes.count
    }
    try output.finish()
  }
}
