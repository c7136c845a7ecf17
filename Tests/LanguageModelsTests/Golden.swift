import Diagnostics
import LanguageModels
import TestSupport

/// What a reference library made of some lines: their ids, and the text of the ids.
struct Golden {
  struct Line {
    let text: [UInt8]
    let ids: [Int32]
    let decoded: [UInt8]
  }

  let lines: [Line]

  /// Reads the records that `tokenizer_files.py` writes.
  init(_ bytes: [UInt8]) {
    var position = 0
    func number() -> Int {
      defer { position += 4 }
      return (0..<4).reduce(0) { $0 | Int(bytes[position + $1]) << ($1 * 8) }
    }
    func text() -> [UInt8] {
      let count = number()
      defer { position += count }
      return Array(bytes[position..<(position + count)])
    }
    var lines: [Line] = []
    while position < bytes.count {
      let line = text()
      let ids = (0..<number()).map { _ in Int32(truncatingIfNeeded: number()) }
      lines.append(Line(text: line, ids: ids, decoded: text()))
    }
    self.lines = lines
  }

  /// The lines of which `tokenizer` makes something else, described; at most a few.
  func differences(from tokenizer: any Tokenizer) throws -> [String] {
    var differences: [String] = []
    for (index, line) in lines.enumerated() where differences.count < 10 {
      let text = String(decoding: line.text, as: UTF8.self).debugDescription
      let ids = try tokenizer.encode(line.text.span.bytes)
      if ids != line.ids { differences.append("line \(index) \(text): \(ids) not \(line.ids)") }
      let decoded = try tokenizer.decode(line.ids)
      if decoded != line.decoded {
        let pair = [decoded, line.decoded].map {
          String(decoding: $0, as: UTF8.self).debugDescription
        }
        differences.append("line \(index) \(text), decoded: \(pair[0]) not \(pair[1])")
      }
    }
    return differences
  }
}
