import Archives

/// Writes archives of stored entries that are too large to be committed as fixtures.
enum ZipBytes {
  static func archive(_ entries: [(name: String, payload: [UInt8])]) -> [UInt8] {
    var (bytes, directory): ([UInt8], [UInt8]) = ([], [])
    for entry in entries {
      let offset = bytes.count
      let name = Array(entry.name.utf8)
      let common = common(name.count, entry.payload)
      bytes += [0x50, 0x4B, 3, 4]
      bytes += common
      bytes += name
      bytes += entry.payload
      directory += [0x50, 0x4B, 1, 2, 20, 0]
      directory += common
      directory += [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
      directory += little(offset, 4)
      directory += name
    }
    let start = bytes.count
    bytes += directory
    let end = bytes.count
    let numbers = little(entries.count, 8) + little(entries.count, 8)
    bytes += [0x50, 0x4B, 6, 6] + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 8)
    bytes += numbers + little(directory.count, 8) + little(start, 8)
    bytes += [0x50, 0x4B, 6, 7] + little(0, 4) + little(end, 8) + little(1, 4)
    return bytes + [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 4)
      + [UInt8](repeating: 0xFF, count: 12) + [0, 0]
  }

  /// The fields that both headers have, from the version on.
  private static func common(_ nameCount: Int, _ payload: [UInt8]) -> [UInt8] {
    var fields: [UInt8] = [20, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    fields += little(Int(CRC32(of: payload.span.bytes).value), 4)
    fields += little(payload.count, 4)
    fields += little(payload.count, 4)
    fields += little(nameCount, 4)
    return fields
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt64(value).littleEndian) { Array($0.prefix(count)) }
  }
}
