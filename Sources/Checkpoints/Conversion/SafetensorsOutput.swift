internal import Diagnostics
internal import Files
internal import TensorCore

/// One safetensors file, laid out byte for byte as the reference's `save_file` does.
struct SafetensorsOutput: ConversionOutput {
  let files: [(path: String, byteCount: Int?)]
  let target: OutputTarget
  private let layout: SafetensorsLayout

  init(
    _ plan: ConversionPlan, _ target: OutputTarget, audit: inout Audit
  ) throws(Rejection) {
    self.target = target
    layout = try SafetensorsHeader.encode(
      plan.items.map { ($0.name, $0.dtype, $0.shape) },
      metadata: plan.headerMetadata, audit: &audit)
    files = [(target.path, layout.totalBytes)]
  }

  func write(
    _ plan: ConversionPlan, _ meter: inout ProgressMeter, _ approve: () throws(Rejection) -> Void
  ) throws(Rejection) -> [Audit.Warning] {
    let journal = plan.resumeKey.map { WriteJournal(of: target.path, layout, key: $0) }
    var file = try OutputFile(target, keepsEarlier: journal != nil)
    meter.begin()
    if let journal {
      do throws(Rejection) {
        try journal.write(plan.items, to: &file, &meter)
      } catch {
        journal.remove()
        throw error
      }
    } else {
      try file.append(layout.headerBytes)
      for entry in layout.entries { try file.append(plan.items[entry.index], &meter) }
    }
    try file.sync()
    try approve()
    let warnings =
      file.followsInterruption && journal == nil ? [interruptionWarning(target.path)] : []
    meter.finish()
    try file.commit()
    journal?.remove()
    return warnings
  }
}
