internal import Diagnostics
internal import EntropyCoding
internal import TensorCore

/// A Birdie artifact: tensors go to the file one after another, the directory last.
final class ArtifactOutput: ConversionOutput {
  private(set) var files: [(path: String, byteCount: Int?)]
  let target: OutputTarget
  private let scaleSteps: Int?

  init(_ target: OutputTarget, scaleSteps: Int?) {
    self.target = target
    self.scaleSteps = scaleSteps
    // What coding comes to is known when it is done.
    files = [(target.path, nil)]
  }

  func write(
    _ plan: ConversionPlan, _ meter: inout ProgressMeter, _ approve: () throws(Rejection) -> Void
  ) throws(Rejection) -> [Audit.Warning] {
    let writer = ArtifactWriter(try OutputFile(target), meter, scaleSteps: scaleSteps)
    meter.begin()
    try writer.add(ArtifactFormat.magic + [ArtifactFormat.version])
    let tensors = ArtifactTensorWriter(
      ArtifactDirectoryWriter(metadata: plan.metadata, tensorCount: plan.items.count)
    ) { (chunk) throws(Rejection) in try writer.add(chunk) }
    for item in plan.items {
      try locating(Place(tensor: item.name)) { () throws(Rejection) in
        try writer.add(item, to: tensors)
      }
    }
    try writer.add(try tensors.finish())
    meter = writer.meter
    let file = writer.takeFile()
    let warnings = file.followsInterruption ? [interruptionWarning(target.path)] : []
    files = [(target.path, file.byteCount)]
    try file.sync()
    try requireReadable()
    try approve()
    meter.finish()
    try file.commit()
    return warnings
  }
}

extension ArtifactOutput {
  /// Throws what reading the directory that was written throws: B09 for tensors that expand so much
  /// that readers would take the file for an attack.
  private func requireReadable() throws(Rejection) {
    var audit = Audit()
    _ = try ArtifactFormat.open(CheckpointInput(path: target.partialPath), audit: &audit)
  }
}

/// The file that chunks go to, and how far it has come.
private final class ArtifactWriter {
  private var file: OutputFile?
  private(set) var meter: ProgressMeter
  private let scaleSteps: Int?

  init(_ file: consuming OutputFile, _ meter: ProgressMeter, scaleSteps: Int?) {
    self.file = consume file
    self.meter = meter
    self.scaleSteps = scaleSteps
  }

  func add(_ bytes: [UInt8]) throws(Rejection) { try file?.append(bytes) }

  func takeFile() -> OutputFile {
    guard let file = file.take() else { preconditionFailure("a file is taken once") }
    return file
  }

  /// Codes one tensor: its codes and scales, unless floats are to change, else its elements.
  func add(
    _ item: ConversionPlan.Item, to tensors: ArtifactTensorWriter
  ) throws(Rejection) {
    if item.keepsCodes, case .encoded(let tensor) = try item.content.resolved() {
      let rounded = try scaleSteps.map { (steps) throws(Rejection) in
        try tensor.roundingScales(steps: steps)
      }
      try tensors.add(TensorDraft(item.name, rounded ?? tensor, namedFor: item.source))
    } else {
      let source: ComponentSource = { [self] (body) throws(Rejection) in
        // Read more than once; what is lost is noted by the last time.
        var pass = meter.silent()
        try item.forEachChunk(&pass, body)
        meter.replaceWarnings(of: pass)
      }
      try tensors.add(TensorDraft(item.name, item.dtype, item.shape, source))
      meter.keepWarnings()
    }
    meter.advance(by: item.byteCount)
  }
}

extension ConversionPlan.Item {
  /// Whether the tensor can stay codes and scales.
  fileprivate var keepsCodes: Bool { content.encoding != nil && content.dtype == dtype }
}

extension EncodedTensor {
  /// The same codes; scales, as far as they are positive, are powers of two with a fraction.
  fileprivate func roundingScales(steps: Int) throws(Rejection) -> EncodedTensor {
    guard let kept = encoding as? any KeptEncoding else { return self }
    var parts = components
    for index in kept.scaleIndices {
      let tensor = parts[index].tensor
      var bytes: [UInt8] = []
      try tensor.forEachChunk { (chunk) throws(Rejection) in
        unsafe chunk.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
      }
      guard
        let rounded = unsafe LogarithmicScales.rounded(
          bytes.span.bytes, tensor.dtype, steps: steps),
        let scales = Tensor(dtype: tensor.dtype, shape: tensor.shape, storage: Storage(rounded))
      else { continue }
      parts[index] = Component(name: parts[index].name, tensor: scales)
    }
    return try EncodedTensor(dtype: dtype, shape: shape, encoding: encoding, components: parts)
  }
}
