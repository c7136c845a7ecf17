import Checkpoints
import Diagnostics
import Files
import JSON
import TensorCore
import TestSupport

/// Opens fixtures and looks into the documents that describe them.
enum SafetensorsFixture {
  static func open(_ name: String, audit: inout Audit) throws(Rejection) -> Checkpoint {
    let file = try FileMapping(path: Fixtures.path("safetensors/" + name))
    let input = CheckpointInput(path: file.path, storage: Storage(file))
    return try SafetensorsFormat.open(input, audit: &audit)
  }

  static func document(_ name: String) throws -> JSONValue {
    try JSONValue(parsing: Fixtures.bytes("safetensors/" + name))
  }

  static func hex(_ bytes: RawSpan) -> String {
    var text = ""
    for offset in 0..<bytes.byteCount {
      let byte = bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
      text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return text
  }
}
