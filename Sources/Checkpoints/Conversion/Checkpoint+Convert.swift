public import Diagnostics
package import Files
internal import TensorCore

extension Checkpoint {
  /// What `convert` would write to `path`, without writing it. Throws what `convert` would throw
  /// before the first byte: F02, F06 and T13.
  public func conversionReport(
    to path: String, _ options: ConversionOptions
  ) throws(Rejection) -> ConversionReport {
    let conversion = try Conversion(self, path, options)
    try conversion.check()
    return conversion.report
  }

  /// Writes the checkpoint to `path` in another form.
  ///
  /// Memory does not grow with the model, and bytes that need no change are copied by the kernel.
  /// The checksums that the input carries are verified at the same time; when one fails nothing
  /// appears under `path`. Throws F02 if the output exists and is not to be replaced, F06 if it
  /// cannot be created, T13 if the format cannot hold a tensor, and whatever reading a tensor
  /// throws.
  public func convert(
    to path: String, _ options: ConversionOptions,
    progress: @escaping (ProgressEvent) -> Void = { _ in }
  ) throws(Rejection) -> ConversionReport {
    let conversion = try Conversion(self, path, options)
    let verification = PayloadVerification(of: self) { (checkpoint, audit) throws(Rejection) in
      try SafetensorsFormat.checkBooleans(in: checkpoint, audit: &audit)
    }
    var report = conversion.report
    let result = Result { () throws(Rejection) in
      try conversion.run(progress) { () throws(Rejection) in
        report.warnings += try verification.warnings()
        try requireUnchangedInput()
      }
    }
    // The thread must have ended before the mapping goes, also when writing failed.
    _ = try? verification.warnings()
    report.warnings += try result.get()
    report.files = conversion.files
    return report
  }
}

/// A conversion that was planned in full and can only fail on reading or writing.
struct Conversion {
  private let plan: ConversionPlan
  private let output: any ConversionOutput
  /// What will be written.
  let report: ConversionReport

  init(_ checkpoint: Checkpoint, _ path: String, _ options: ConversionOptions) throws(Rejection) {
    var plan = try ConversionPlan(checkpoint, options)
    var audit = Audit(leniency: checkpoint.leniency)
    plan.reportStrayNotes(at: Place(file: path), audit: &audit)
    let isSharded = options.maximumShardByteCount != nil
    let target = OutputTarget(
      isSharded ? .folder : .file, path: path, overwrites: options.overwrites,
      inputs: checkpoint.inputFiles)
    switch options.format {
    case .safetensors:
      plan.dropTies()
      try plan.requireSafetensorsTypes()
      if !checkpoint.format.hasPrefix("safetensors") { plan.markFormat() }
      if let limit = options.maximumShardByteCount {
        output = try ShardedOutput(plan, target, limit: limit, audit: &audit)
      } else {
        output = try SafetensorsOutput(plan, target, audit: &audit)
      }
    case .pytorch:
      output = try PyTorchOutput(plan, target, audit: &audit)
    case .birdie:
      plan.dropTies()
      output = ArtifactOutput(target, scaleSteps: options.scaleSteps)
    }
    self.plan = plan
    report = ConversionReport(
      items: plan.items.map {
        .init(
          name: $0.name, dtype: $0.dtype.rawValue, shape: $0.shape.dimensions,
          byteCount: $0.byteCount)
      },
      files: output.files, partialPaths: output.partialPaths, droppedTies: plan.droppedTies,
      warnings: checkpoint.warnings + audit.warnings)
  }

  /// The files, with lengths once they were written.
  var files: [(path: String, byteCount: Int?)] { output.files }

  /// Throws what writing would throw before its first byte.
  func check() throws(Rejection) { try output.target.check() }

  /// Writes everything, then asks `approve`, then lets the output appear.
  func run(
    _ progress: @escaping (ProgressEvent) -> Void, approve: () throws(Rejection) -> Void
  ) throws(Rejection) -> [Audit.Warning] {
    var meter = ProgressMeter(total: plan.byteCount, progress)
    let warnings = try output.write(plan, &meter, approve)
    return warnings + meter.warnings
  }
}

/// One way to lay a plan out in files.
protocol ConversionOutput {
  /// The files and their lengths in bytes; nil before a length is known that coding decides.
  var files: [(path: String, byteCount: Int?)] { get }
  /// The name it gets.
  var target: OutputTarget { get }
  /// What exists before it has the name: files, and after them their folder.
  var partialPaths: [String] { get }
  /// Writes the tensors; calls `approve` once everything is written and nothing is visible yet.
  func write(
    _ plan: ConversionPlan, _ meter: inout ProgressMeter, _ approve: () throws(Rejection) -> Void
  ) throws(Rejection) -> [Audit.Warning]
}

extension ConversionOutput {
  var partialPaths: [String] { [target.partialPath] }
}

extension Checkpoint {
  /// The files that it is read from: what was opened, those that tensors look into, and what tells
  /// of a folder which they are.
  package var inputFiles: Set<FileIdentity> {
    let indices = (try? FolderListing(path: path))?.ending(in: ".safetensors.index.json") ?? []
    let names = [path] + (indices + [".metadata"]).map { "\(path)/\($0)" }
    var files = Set(names.compactMap(FileIdentity.init(path:)))
    let descriptors = Set(tensors.flatMap(\.content.storages).compactMap { $0.file?.descriptor })
    files.formUnion(descriptors.compactMap { FileIdentity(descriptor: $0) })
    return files
  }
}

/// The warning that an earlier run of the same conversion did not finish.
func interruptionWarning(_ path: String) -> Audit.Warning {
  Audit.Warning(
    rule: FileRules.interrupted,
    message: "an earlier conversion to this file was interrupted; it was started again",
    place: Place(file: path))
}
