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
    guard (try? input.convert(to: path, options)) != nil else { return }
    guard let output = try? Checkpoint.open(path, leniency: input.leniency) else {
      preconditionFailure("what was written cannot be read")
    }
    let (expected, written) = (input.tensorByName, output.tensorByName)
    precondition(Set(expected.keys) == Set(written.keys), "not the same names")
    for (name, tensor) in expected {
      guard let copy = written[name] else { continue }
      precondition(copy.dtype == tensor.dtype && copy.shape == tensor.shape, "not the same kind")
      let hash = try? tensor.content.sha256()
      precondition(hash != nil && hash == (try? copy.content.sha256()), "not the same elements")
    }
    guard options.format == .safetensors else { return }
    // Keys that would be read as notes on codes are left out.
    for (key, value) in input.metadata where !key.hasPrefix("birdie.encoding.") {
      let copy = output.metadata[key].map(ExactText.init)
      precondition(copy == ExactText(value) || isTie(key, in: input), "metadata are lost")
    }
  }

  private static func isTie(_ name: String, in checkpoint: Checkpoint) -> Bool {
    checkpoint.ties.contains { $0.contains { ExactText($0) == ExactText(name) } }
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

  /// The tensors under all of their names, those included that only the metadata note.
  fileprivate var tensorByName: [ExactText: NamedTensor] {
    var byName = Dictionary(
      tensors.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    for group in ties {
      guard let kept = group.first.flatMap({ byName[ExactText($0)] }) else { continue }
      for name in group.dropFirst() { byName[ExactText(name)] = byName[ExactText(name)] ?? kept }
    }
    return byName
  }
}
