import Diagnostics
internal import TextCoding

/// One block between a BEGIN and an END line (RFC 7468).
struct PEMBlock {
  /// What stands after BEGIN, such as `PUBLIC KEY`.
  let label: String
  /// Whether the header of an old encrypted key precedes the content.
  let isEncrypted: Bool
  /// The content; empty in an encrypted block.
  let bytes: [UInt8]

  private static let end = "-----"

  /// The blocks of a file in order: OpenSSL writes the parameters of a curve before its key, and
  /// text between blocks is allowed. Throws G08 where one is damaged.
  static func all(in file: [UInt8]) throws(Rejection) -> [PEMBlock] {
    var blocks: [PEMBlock] = []
    var open: (label: String, lines: [String])?
    for bytes in file.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }) {
      let line = trimmed(String(decoding: bytes, as: UTF8.self))
      if let label = label(of: line, after: "-----BEGIN ") {
        guard open == nil else { throw damaged("a block begins inside another") }
        open = (label, [])
      } else if let label = label(of: line, after: "-----END ") {
        guard let block = open, block.label == label else { throw damaged("a block has no end") }
        blocks.append(try PEMBlock(label, block.lines))
        open = nil
      } else {
        open?.lines.append(line)
      }
    }
    guard open == nil else { throw damaged("a block has no end") }
    return blocks
  }

  private init(_ label: String, _ lines: [String]) throws(Rejection) {
    self.label = label
    isEncrypted = lines.contains { $0.hasPrefix("Proc-Type:") && $0.hasSuffix("ENCRYPTED") }
    guard !isEncrypted else {
      bytes = []
      return
    }
    guard let bytes = Base64.decode(lines.flatMap { Array($0.utf8) }) else {
      throw Self.damaged("the block \(label.debugDescription) is no base64")
    }
    self.bytes = bytes
  }

  private static func label(of line: String, after start: String) -> String? {
    guard line.hasPrefix(start), line.hasSuffix(end),
      line.utf8.count >= start.utf8.count + end.utf8.count
    else { return nil }
    return String(decoding: line.utf8.dropFirst(start.utf8.count).dropLast(5), as: UTF8.self)
  }

  private static func trimmed(_ line: String) -> String {
    var line = line[...]
    while let last = line.utf8.last, last == 0x20 || last == 0x09 { line = line.dropLast() }
    return String(line)
  }

  private static func damaged(_ message: String) -> Rejection {
    Rejection(SignaturesRules.key, "the PEM is damaged: \(message)")
  }
}
