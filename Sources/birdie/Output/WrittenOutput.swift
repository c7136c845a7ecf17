import Checkpoints
import Diagnostics

/// An output under way: shows how far it is, and leaves nothing behind where it is interrupted.
struct WrittenOutput {
  private let path: String
  private let options: OutputOptions
  private let progress: ProgressLine

  init(_ path: String, _ options: OutputOptions, _ progress: ProgressLine) {
    (self.path, self.options, self.progress) = (path, options, progress)
  }

  /// Writes a checkpoint. Throws what converting throws.
  func write(
    _ checkpoint: Checkpoint, _ conversion: ConversionOptions
  ) throws(Rejection) -> ConversionReport {
    let plan = try checkpoint.conversionReport(to: path, conversion)
    let interruption = Interruption(removing: plan.partialPaths, asJSON: options.json)
    defer {
      progress.finish()
      interruption.end()
    }
    return try checkpoint.convert(to: path, conversion) { event in
      interruption.follow(event.stage)
      progress.update(done: event.byteCount, of: event.totalByteCount)
    }
  }
}
