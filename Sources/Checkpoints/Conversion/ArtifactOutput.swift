public import Diagnostics
internal import EntropyCoding
internal import Files
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
    let file = FileSink(try OutputFile(target))
    let writer = ArtifactWriter(meter, scaleSteps: scaleSteps) { (bytes) throws(Rejection) in
      try file.append(bytes)
    }
    meter.begin()
    try writer.write(plan)
    meter = writer.meter
    let output = file.take()
    let warnings = output.followsInterruption ? [interruptionWarning(target.path)] : []
    files = [(target.path, output.byteCount)]
    try output.sync()
    try requireReadable()
    try approve()
    meter.finish()
    try output.commit()
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

extension Checkpoint {
  /// How many bytes the artifact has that `convert` would write, which only coding tells, and with
  /// `addsDecoder` its decoder in Python under zlib. Throws what planning and reading throw, and
  /// T13 for types that the decoder does not restore.
  public func artifactByteCount(
    _ options: ConversionOptions, addsDecoder: Bool = false
  ) throws(Rejection) -> Int {
    let plan = try ConversionPlan(self, options)
    let kept = Counter()
    let writer = ArtifactWriter(ProgressMeter(total: 0) { _ in }, scaleSteps: options.scaleSteps) {
      kept.value += $0.count
      if addsDecoder { kept.bytes += $0 }
    }
    try writer.write(plan)
    guard addsDecoder else { return kept.value }
    var audit = Audit()
    let artifact = try ArtifactFormat.open(
      CheckpointInput(path: path, storage: Storage(kept.bytes)), audit: &audit)
    return kept.value + (try artifact.pythonDecoder()?.compressedByteCount ?? 0)
  }

  private final class Counter {
    var value = 0
    var bytes: [UInt8] = []
  }
}

/// The file that bytes go to, until it is taken.
private final class FileSink {
  private var file: OutputFile?

  init(_ file: consuming OutputFile) { self.file = consume file }

  func append(_ bytes: [UInt8]) throws(Rejection) { try file?.append(bytes) }

  func take() -> OutputFile {
    guard let file = file.take() else { preconditionFailure("a file is taken once") }
    return file
  }
}

/// Writes an artifact, and knows how far it has come.
private final class ArtifactWriter {
  private let sink: ChunkSink
  private(set) var meter: ProgressMeter
  private let scaleSteps: Int?

  init(_ meter: ProgressMeter, scaleSteps: Int?, sink: @escaping ChunkSink) {
    self.meter = meter
    self.scaleSteps = scaleSteps
    self.sink = sink
  }

  /// Gives all bytes to the sink.
  func write(_ plan: ConversionPlan) throws(Rejection) {
    try sink(ArtifactFormat.magic + [ArtifactFormat.version])
    let tensors = ArtifactTensorWriter(
      ArtifactDirectoryWriter(metadata: plan.metadata, tensorCount: plan.items.count), sink)
    for item in plan.items {
      try locating(Place(tensor: item.name)) { () throws(Rejection) in
        try add(item, to: tensors)
      }
    }
    try sink(try tensors.finish())
  }

  /// Codes one tensor: its codes and scales, unless floats are to change, else its elements.
  private func add(
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
