import Checkpoints
import Diagnostics
import Glibc
import JSON
import TensorCore

/// What is in a checkpoint: lines and a table for people, an object for scripts.
struct InspectionReport {
  let checkpoint: Checkpoint
  let tensors: [TensorInspection]

  /// The members of the JSON object, without the schema.
  var json: KeyValuePairs<String, JSONValue> {
    [
      "path": .string(checkpoint.path),
      "format": .string(checkpoint.format),
      "bytes": .integer(checkpoint.byteCount),
      "parameters": .integer(checkpoint.parameterCount),
      "compressor": JSONValue(compressor),
      "tensors": .array(tensors.map(json)),
      "metadata": .object(metadata.map { (key: $0.key, value: .string($0.value)) }),
      "ties": .array(checkpoint.ties.map { JSONValue($0) }),
      "warnings": WarningReport(warnings: checkpoint.warnings).json,
    ]
  }

  /// The header and the table.
  func text() -> String {
    let ink = Ink(for: STDOUT_FILENO)
    let header = headerLines.map { label, value in
      ink.dim(label.padded(to: 12)) + value.printable + "\n"
    }
    let table = tensorTable.rendered(with: ink)
    return header.joined() + (table.isEmpty ? "" : "\n" + table)
  }

  private var compressor: String? {
    checkpoint.layers.isEmpty ? nil : checkpoint.layers.joined(separator: "+")
  }

  private var metadata: [(key: String, value: String)] {
    checkpoint.metadata.sorted { $0.key < $1.key }
  }
}

extension InspectionReport {
  private var headerLines: [(String, String)] {
    let parameters = checkpoint.parameterCount
    var lines = [
      ("path", checkpoint.path),
      ("format", checkpoint.format),
      (
        "size",
        "\(Quantity.grouped(checkpoint.byteCount)) bytes"
          + Self.rounded(checkpoint.byteCount, Quantity.bytes)
      ),
    ]
    if let compressor { lines.append(("compressor", compressor)) }
    let count = checkpoint.tensors.count
    lines.append(
      (
        "parameters",
        Quantity.grouped(parameters) + Self.rounded(parameters, Quantity.elements)
          + " in \(count) tensor\(count == 1 ? "" : "s")"
      ))
    lines += checkpoint.ties.map { ("tied", $0.joined(separator: " = ")) }
    lines += metadata.map { ("metadata", "\($0.key): \(Self.shortened($0.value))") }
    return lines
  }

  /// ` (67.1 MB)` behind numbers that are too long to grasp.
  private static func rounded(_ count: Int, _ unit: (Int) -> String) -> String {
    count < 10_000 ? "" : " (\(unit(count)))"
  }

  /// Metadata can be a whole training log; the JSON report has all of it.
  private static func shortened(_ text: String) -> String {
    let limit = 100
    guard text.count > limit else { return text }
    return "\(text.prefix(limit))… (\(Quantity.bytes(text.utf8.count)))"
  }

  private var tensorTable: Table {
    var table = Table([
      .left("name"), .left("dtype"), .left("shape"), .right("bytes"), .left("encoding"),
      .right("min"), .right("max"), .right("mean"), .right("std"), .right("zeros"),
      .right("nan"), .left("sha256"),
    ])
    for inspection in tensors {
      let tensor = inspection.tensor
      let stats = inspection.statistics
      table.add([
        tensor.name, tensor.dtype.rawValue, tensor.shape.description,
        Quantity.bytes(tensor.storedByteCount), tensor.encodingSummary,
        Self.measured(stats?.minimum), Self.measured(stats?.maximum),
        Self.measured(stats?.mean), Self.measured(stats?.standardDeviation),
        stats.map { Quantity.grouped($0.zeroCount) } ?? "",
        stats.map { Quantity.grouped($0.nanCount) } ?? "", inspection.sha256 ?? "",
      ])
    }
    return table
  }

  private static func measured(_ value: Double?) -> String {
    value.map(Quantity.measured) ?? ""
  }

  private func json(_ inspection: TensorInspection) -> JSONValue {
    let tensor = inspection.tensor
    var members: [(key: String, value: JSONValue)] = [
      ("name", .string(tensor.name)),
      ("dtype", .string(tensor.dtype.rawValue)),
      ("shape", .array(tensor.shape.dimensions.map(JSONValue.integer))),
      ("bytes", .integer(tensor.storedByteCount)),
      ("encoding", tensor.encodingJSON),
    ]
    if let sha256 = inspection.sha256 { members.append(("sha256", .string(sha256))) }
    if let stats = inspection.statistics { members.append(("stats", stats.json)) }
    if let entropy = inspection.entropy { members.append(("entropy", entropy.json)) }
    return .object(members)
  }
}

extension NamedTensor {
  /// What a table says about codes: `int8_row, 8 bits per row`; for absent tensors that they are.
  fileprivate var encodingSummary: String {
    if case .absent = content { return "no data" }
    return content.encoding?.summary ?? ""
  }

  fileprivate var encodingJSON: JSONValue { content.encoding?.json ?? .null }
}

extension TensorEncoding {
  /// What a table says: `int8_row, 8 bits per row`.
  var summary: String {
    kind + (bits.map { ", \($0) bits" } ?? "") + (granularity.map { " per \($0)" } ?? "")
  }

  /// The object under `"encoding"`.
  var json: JSONValue {
    [
      "kind": .string(kind), "bits": JSONValue(bits), "granularity": JSONValue(granularity),
    ]
  }
}

extension TensorStatistics {
  fileprivate var json: JSONValue {
    [
      "min": JSONValue(minimum), "max": JSONValue(maximum), "mean": JSONValue(mean),
      "std": JSONValue(standardDeviation), "absmax": JSONValue(absoluteMaximum),
      "zeros": .integer(zeroCount), "nan": .integer(nanCount),
    ]
  }
}

extension String {
  /// The text with spaces up to `width` columns, and at least one.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(width - count, 1))
  }
}
