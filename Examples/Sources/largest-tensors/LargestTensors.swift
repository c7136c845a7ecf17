import Checkpoints
import TensorCore

/// Prints the five largest tensors of a checkpoint with their digests, then writes a bfloat16 copy.
///
///     largest-tensors IN OUT
@main
struct LargestTensors {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      print("usage: largest-tensors IN OUT")
      return
    }
    // Reads headers only; the elements stay in the file until something asks for them.
    let checkpoint = try Checkpoint.open(arguments[1])
    print("\(checkpoint.format), \(checkpoint.parameterCount) parameters")
    for warning in checkpoint.warnings {
      print("warning[\(warning.rule.id)]: \(warning.message)")
    }
    for tensor in checkpoint.largest(5) {
      // The digest is over the elements in row-major order, whatever form the file has them in.
      print(
        "  \(tensor.name) \(tensor.dtype.rawValue) \(tensor.shape.dimensions)",
        try tensor.content.sha256())
    }

    var options = ConversionOptions()
    options.floats = .bf16
    let report = try checkpoint.convert(to: arguments[2], options)
    for file in report.files { print("wrote \(file.path), \(file.byteCount ?? 0) bytes") }
  }
}

extension Checkpoint {
  /// The tensors with the most elements, in falling order.
  func largest(_ count: Int) -> ArraySlice<NamedTensor> {
    tensors.sorted { $0.shape.elementCount > $1.shape.elementCount }.prefix(count)
  }
}
