import Checkpoints
import Diagnostics
import Glibc
import JSON

/// What a conversion wrote, or would write.
struct ConversionSummary {
  let input: Checkpoint
  let path: String
  let format: OutputFormat
  let conversion: ConversionReport
  /// How long it took; nil for a rehearsal.
  let seconds: Double?
  /// The decoder that was written beside it, and where.
  let decoder: PythonDecoder?
  let decoderPath: String?

  /// Prints the summary in the form that was asked for.
  func print(_ options: OutputOptions) {
    let warnings = WarningReport(warnings: conversion.warnings)
    if options.json { return Document.print(json(warnings), after: achievement) }
    warnings.print(unless: options.quiet)
    if !options.quiet { Data.write(text(), after: achievement) }
  }

  /// What stays done if the summary cannot be printed; nil for a rehearsal.
  private var achievement: String? { seconds.map { _ in "\(path) was written and is whole" } }

  /// The bytes of all files; nil where coding will decide.
  private var byteCount: Int? {
    let counts = conversion.files.compactMap(\.byteCount)
    return counts.count == conversion.files.count ? counts.reduce(0, +) : nil
  }

  private static let unknown = "as coding decides"

  private func text() -> String {
    let ink = Ink(for: STDOUT_FILENO)
    var text = seconds == nil ? rehearsal(ink) : ""
    for (name, kept) in conversion.droppedTies.sorted(by: { $0.key < $1.key }) {
      text += "shares its elements with \(kept), left out: \(name)".printable + "\n"
    }
    let count = conversion.items.count
    let verb = seconds == nil ? "would write" : "wrote"
    text += "\(verb) \(count) tensor\(count == 1 ? "" : "s"), "
    text += "\(byteCount.map(Quantity.bytes) ?? Self.unknown), to "
    text += ink.bold(path.printable)
    text += " (\(format.rawValue), from \(Quantity.bytes(input.byteCount)) of \(input.format))"
    if let seconds { text += " in \(Quantity.seconds(seconds))" }
    if let decoder, let decoderPath {
      let count = decoder.source.utf8.count
      text += "\nwrote its decoder, \(Quantity.grouped(count)) bytes"
      text += decoder.compressedByteCount.map { " (\(Quantity.grouped($0)) under zlib)" } ?? ""
      text += ", to " + decoderPath.printable
    }
    return text + "\n"
  }

  private func rehearsal(_ ink: Ink) -> String {
    var tensors = Table([.left("name"), .left("dtype"), .left("shape"), .right("bytes")])
    for item in conversion.items {
      tensors.add([item.name, item.dtype, item.shape.description, Quantity.bytes(item.byteCount)])
    }
    var files = Table([.left("file"), .right("bytes")])
    for file in conversion.files {
      files.add([file.path, file.byteCount.map(Quantity.bytes) ?? Self.unknown])
    }
    return tensors.rendered(with: ink) + "\n" + files.rendered(with: ink) + "\n"
  }

  private func json(_ warnings: WarningReport) -> KeyValuePairs<String, JSONValue> {
    [
      "input": [
        "path": .string(input.path), "format": .string(input.format),
        "bytes": .integer(input.byteCount),
      ],
      "output": [
        "path": .string(path), "format": .string(format.rawValue),
        "bytes": JSONValue(byteCount),
      ],
      "dry_run": .bool(seconds == nil),
      "tensors": .array(
        conversion.items.map { item in
          [
            "name": .string(item.name), "dtype": .string(item.dtype),
            "shape": .array(item.shape.map(JSONValue.integer)),
            "bytes": .integer(item.byteCount),
          ]
        }),
      "files": .array(
        conversion.files.map { ["path": .string($0.path), "bytes": JSONValue($0.byteCount)] }),
      "dropped_ties": .object(
        conversion.droppedTies.sorted { $0.key < $1.key }
          .map { (key: $0.key, value: .string($0.value)) }),
      "decoder": decoder.map { decoder in
        [
          "path": JSONValue(decoderPath), "bytes": .integer(decoder.source.utf8.count),
          "zlib_bytes": JSONValue(decoder.compressedByteCount),
        ]
      } ?? .null,
      "seconds": JSONValue(seconds),
      "warnings": warnings.json,
    ]
  }
}
