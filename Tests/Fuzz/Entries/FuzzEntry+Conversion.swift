internal import Checkpoints
internal import Diagnostics
internal import TensorCore
internal import TestSupport

extension FuzzEntry {
  /// Converts the bytes as one file.
  static func convertFile(_ bytes: RawSpan) {
    withFolder { folder in
      convert(at: try folder.write("input", bytes.withUnsafeBytes(Array.init)))
    }
  }

  /// Converts what is at `path` to every form of output; what was written must be readable under
  /// the rules that the input was read under, and be what was read.
  ///
  /// Most runs relax no rule. Where that refuses the input, the relaxed rules get a chance.
  static func convert(at path: String) {
    let input = (try? Checkpoint.open(path)) ?? (try? Checkpoint.open(path, leniency: leniency))
    guard let input, input.isSmall else { return }
    withFolder { folder in
      for (index, options) in outputs.enumerated() {
        convert(input, to: folder.path("output-\(index)"), options)
      }
    }
  }

  private static let outputs: [ConversionOptions] = {
    var safetensors = ConversionOptions()
    safetensors.codes = .decode
    var (pytorch, shards) = (safetensors, safetensors)
    pytorch.format = .pytorch
    shards.maximumShardByteCount = 64
    return [safetensors, pytorch, shards]
  }()

  private static func convert(
    _ input: Checkpoint, to path: String, _ options: ConversionOptions
  ) {
    guard let report = try? input.convert(to: path, options) else { return }
    guard let output = try? Checkpoint.open(path, leniency: input.leniency) else {
      preconditionFailure("what was written cannot be read")
    }
    let written = byName(output.tensors)
    precondition(written.count == output.tensors.count, "a name comes twice")
    precondition(
      written.count == input.tensors.count - report.droppedTies.count,
      "the tensors are not all there")
    for tensor in input.tensors {
      let name = report.droppedTies[tensor.name] ?? tensor.name
      guard let copy = written[ExactText(name)] else { preconditionFailure("a tensor is missing") }
      precondition(copy.dtype == tensor.dtype && copy.shape == tensor.shape, "not the same kind")
      let hash = try? tensor.content.sha256()
      precondition(hash != nil && hash == (try? copy.content.sha256()), "not the same elements")
    }
    guard options.format == .safetensors else { return }
    precondition(
      input.metadata.allSatisfy { output.metadata[$0] == $1 }, "the metadata are not all there")
  }

  private static func byName(_ tensors: [NamedTensor]) -> [ExactText: NamedTensor] {
    Dictionary(tensors.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
  }
}

extension Checkpoint {
  /// Whether writing it several times takes no patience.
  fileprivate var isSmall: Bool {
    var sum = 0
    return tensors.allSatisfy { tensor in
      sum += min(tensor.shape.elementCount, FuzzEntry.maximumElementCount)
      return sum < FuzzEntry.maximumElementCount
    }
  }
}
