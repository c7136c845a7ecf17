import Diagnostics
import Records

/// Reads bytes with the parser that a fixture's name asks for.
enum Refusal {
  /// The id of the rule that refuses the bytes; nil where they are read.
  static func rule(of bytes: [UInt8], as name: String) -> String? {
    do throws(Rejection) {
      if name.hasSuffix(".manifest.json") {
        _ = try RecordManifest(parsing: bytes.span.bytes)
      } else if name.hasSuffix(".index.json") {
        _ = try RecordIndex(parsing: bytes.span.bytes)
      } else {
        _ = try Submission(parsing: bytes.span.bytes)
      }
      return nil
    } catch {
      return error.rule.id
    }
  }

  /// The id of the rule that a body throws under.
  static func rule(_ body: () throws(Rejection) -> Void) -> String? {
    do throws(Rejection) {
      try body()
      return nil
    } catch {
      return error.rule.id
    }
  }
}
