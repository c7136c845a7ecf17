public import Diagnostics
internal import Glibc

extension Pull.Outcome {
  /// Copies the files to a folder, under their paths there: the cache's own are not for editing.
  /// Throws W08.
  public func copy(to target: String) throws(Rejection) {
    for file in files {
      let place = "\(target)/\(file.path)"
      try CacheFailure.makeFolder(String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)]))
      try Self.copy("\(folder)/\(file.path)", to: place)
    }
  }

  private static func copy(_ source: String, to target: String) throws(Rejection) {
    let partial = "\(target).\(getpid()).partial"
    guard let input = fopen(source, "re") else {
      throw CacheFailure.rejection("cannot open", source)
    }
    defer { fclose(input) }
    guard let output = fopen(partial, "we") else {
      throw CacheFailure.rejection("cannot write", partial)
    }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var count = fread(&buffer, 1, buffer.count, input)
    while count > 0, fwrite(buffer, 1, count, output) == count {
      count = fread(&buffer, 1, buffer.count, input)
    }
    let isWhole = count == 0 && ferror(input) == 0
    guard fclose(output) == 0, isWhole, rename(partial, target) == 0 else {
      defer { unlink(partial) }
      throw CacheFailure.rejection("cannot write", target)
    }
  }
}
