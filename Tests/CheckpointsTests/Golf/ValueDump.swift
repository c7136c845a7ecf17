@testable import Checkpoints
import TestSupport

/// Reads the objects that `Fixtures/generate/value_dump.py` writes, which describes the form.
struct ValueDump {
  private var dump: TensorDump

  /// The object in a fixture's bytes.
  static func read(_ bytes: [UInt8]) throws -> TorchValue {
    var reader = ValueDump(dump: TensorDump(bytes))
    let value = try reader.value()
    guard reader.dump.rest.isEmpty else { throw TensorDump.Malformed() }
    return value
  }

  private mutating func items(_ count: Int) throws -> [TorchValue] {
    var items: [TorchValue] = []
    for _ in 0..<count { items.append(try value()) }
    return items
  }

  private mutating func value() throws -> TorchValue {
    switch UnicodeScalar(UInt8(truncatingIfNeeded: try dump.integer(1))) {
    case "N": return .none
    case "T": return .bool(true)
    case "F": return .bool(false)
    case "i": return .int(Int64(try dump.integer(8)))
    case "d": return .float(Double(bitPattern: UInt64(bitPattern: Int64(try dump.integer(8)))))
    case "s": return .string(try dump.text(try dump.integer(4)))
    case "b": return .bytes(Array(try dump.take(try dump.integer(4))))
    case "l": return .list(try items(try dump.integer(4)))
    case "t": return .tuple(try items(try dump.integer(4)))
    case "m":
      let flat = try items(2 * (try dump.integer(4)))
      return .dict(
        TorchDict(
          entries: stride(from: 0, to: flat.count, by: 2).map { (flat[$0], flat[$0 + 1]) }))
    case "x": return .tensor(TorchTensor(content: .dense(try dump.tensor()), storageKey: nil))
    default: throw TensorDump.Malformed()
    }
  }
}
