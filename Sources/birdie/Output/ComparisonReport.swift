import Checkpoints
import Diagnostics
import Glibc
import JSON
import TensorCore

/// How two checkpoints differ: what differs as a table for people, every tensor for scripts.
struct ComparisonReport {
  let left: Checkpoint
  let right: Checkpoint
  let comparison: CheckpointComparison
  let tolerance: Double

  /// Prints the report in the form that was asked for.
  func print(_ options: OutputOptions) {
    let warnings = WarningReport(warnings: left.warnings + right.warnings)
    if options.json { return Document.print(json(warnings)) }
    warnings.print(unless: options.quiet)
    if !options.quiet { Data.write(text()) }
  }

  private func text() -> String {
    let ink = Ink(for: STDOUT_FILENO)
    let unequal = comparison.tensors.filter { !$0.isEqual }
    var text = table(of: unequal).rendered(with: ink)
    for (path, names) in [(left.path, comparison.onlyInLeft), (right.path, comparison.onlyInRight)]
    {
      text += names.map { "only in \(path): \($0)".printable + "\n" }.joined()
    }
    return text + verdict(unequal.count, ink) + "\n"
  }

  private func verdict(_ unequal: Int, _ ink: Ink) -> String {
    let equal = comparison.tensors.count - unequal
    let lone = comparison.onlyInLeft.count + comparison.onlyInRight.count
    let counts = "\(equal) of \(comparison.tensors.count + lone) tensors equal"
    guard comparison.isWithin(tolerance) else { return ink.red("different: ") + counts }
    let suffix = unequal == 0 ? "" : ", the others within \(Quantity.measured(tolerance))"
    return ink.green("same: ") + counts + suffix
  }

  private func table(of tensors: [TensorDifference]) -> Table {
    var table = Table([
      .left("name"), .left("dtype"), .left("shape"), .right("max abs"), .right("max ulp"),
      .right("cosine"), .right("SQNR dB"), .right("differing"), .right("nan/inf"),
    ])
    for tensor in tensors {
      let numbers = tensor.numbers
      table.add([
        tensor.name,
        Self.pair(tensor.left.dtype.rawValue, tensor.right.dtype.rawValue),
        Self.pair(tensor.left.shape.description, tensor.right.shape.description),
        numbers.map { Quantity.measured($0.maximumAbsolute) } ?? "",
        numbers?.maximumULPs.map(String.init) ?? "",
        numbers?.cosine.map { formatted("%.9g", $0) } ?? "",
        numbers?.signalToNoise.map { Quantity.fixed($0, digits: 1) } ?? "",
        numbers.map { Quantity.grouped($0.differingCount) } ?? "",
        numbers.map { $0.nonfiniteMismatchCount == 0 ? "" : "\($0.nonfiniteMismatchCount)" } ?? "",
      ])
    }
    return table
  }

  private static func pair(_ left: String, _ right: String) -> String {
    left == right ? left : "\(left) → \(right)"
  }
}

extension ComparisonReport {
  private func json(_ warnings: WarningReport) -> KeyValuePairs<String, JSONValue> {
    [
      "a": .string(left.path),
      "b": .string(right.path),
      "tolerance": .number(tolerance),
      "same": .bool(comparison.isWithin(tolerance)),
      "tensors": .array(comparison.tensors.map(json)),
      "only_in_a": JSONValue(comparison.onlyInLeft),
      "only_in_b": JSONValue(comparison.onlyInRight),
      "warnings": warnings.json,
    ]
  }

  private func json(_ tensor: TensorDifference) -> JSONValue {
    let numbers = tensor.numbers
    return JSONValue([
      "name": .string(tensor.name),
      "equal": .bool(tensor.isEqual),
      "dtype": JSONValue([tensor.left.dtype.rawValue, tensor.right.dtype.rawValue]),
      "shape": .array(
        [tensor.left, tensor.right].map { .array($0.shape.dimensions.map(JSONValue.integer)) }),
      "max_abs": JSONValue(numbers?.maximumAbsolute),
      "max_ulp": numbers?.maximumULPs.map(Self.count) ?? .null,
      "cosine": JSONValue(numbers?.cosine),
      "sqnr_db": JSONValue(numbers?.signalToNoise),
      "differing": JSONValue(numbers?.differingCount),
      "nonfinite_mismatches": JSONValue(numbers?.nonfiniteMismatchCount),
    ])
  }

  private static func count(_ value: UInt64) -> JSONValue {
    Int(exactly: value).map(JSONValue.integer) ?? .unsigned(value)
  }
}
