import Diagnostics

/// What a pax extended header says that matters here: the member's name and size.
struct PaxRecords {
  private(set) var path: [UInt8]?
  private(set) var size: Int?

  /// Whether these records may stand for every member that follows.
  var isHarmlessForAll: Bool { path == nil && size == nil }

  /// Reads records of the form "28 path=archive/data.pkl\n", where 28 counts the whole record.
  init(_ content: RawSpan, at offset: Int) throws(Rejection) {
    let place = Place(offset: offset)
    var rest = content.array(0..<content.byteCount)[...]
    while !rest.isEmpty {
      let digits = rest.prefix(8).prefix { $0 != 0x20 }
      guard let length = Self.decimal(digits), length > digits.count + 1, length <= rest.count,
        rest.dropFirst(length - 1).first == 0x0A
      else {
        throw Rejection(ArchiveRules.badTar, "a pax record of the wrong length", at: place)
      }
      let record = rest.dropFirst(digits.count + 1).prefix(length - digits.count - 2)
      guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
        throw Rejection(ArchiveRules.badTar, "a pax record without a value", at: place)
      }
      try read(record[..<equals], Array(record[(equals + 1)...]), place)
      rest = rest.dropFirst(length)
    }
  }

  private mutating func read(
    _ key: ArraySlice<UInt8>, _ value: [UInt8], _ place: Place
  ) throws(Rejection) {
    switch String(decoding: key, as: UTF8.self) {
    case "path":
      guard path == nil else {
        throw Rejection(ArchiveRules.badTar, "two names in one pax header", at: place)
      }
      path = value
    case "size":
      guard size == nil, let number = Self.decimal(value[...]) else {
        throw Rejection(ArchiveRules.badTar, "a pax size that is no number", at: place)
      }
      size = number
    case "linkpath": throw Rejection(ArchiveRules.badTar, "a link", at: place)
    case let name where name.hasPrefix("GNU.sparse") || name == "SCHILY.realsize":
      throw Rejection(ArchiveRules.badTar, "a sparse file", at: place)
    case "hdrcharset" where value != Array("ISO-IR 10646 2000 UTF-8".utf8):
      throw Rejection(ArchiveRules.badTar, "names that are not UTF-8", at: place)
    default: break
    }
  }

  /// The value of up to 19 decimal digits.
  private static func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
    let zeroToNine = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard (1...19).contains(digits.count), digits.allSatisfy(zeroToNine.contains) else {
      return nil
    }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}
