internal import Diagnostics
internal import TensorCore

/// One safetensors file, laid out byte for byte as the reference's `save_file` does.
struct SafetensorsOutput: ConversionOutput {
  let files: [(path: String, byteCount: Int)]
  private let path: String
  private let overwrites: Bool
  private let layout: SafetensorsLayout

  init(
    _ plan: ConversionPlan, _ path: String, _ options: ConversionOptions, audit: inout Audit
  ) throws(Rejection) {
    self.path = path
    overwrites = options.overwrites
    layout = try SafetensorsHeader.encode(
      plan.items.map { ($0.name, $0.dtype, $0.shape) },
      metadata: plan.headerMetadata, audit: &audit)
    files = [(path, layout.totalBytes)]
  }

  func write(
    _ plan: ConversionPlan, _ meter: inout ProgressMeter, _ approve: () throws(Rejection) -> Void
  ) throws(Rejection) -> [Audit.Warning] {
    var file = try OutputFile(path: path, overwrite: overwrites)
    try file.append(layout.headerBytes)
    for entry in layout.entries { try file.append(plan.items[entry.index], &meter) }
    try approve()
    let warnings = file.followsInterruption ? [interruptionWarning(path)] : []
    try file.commit()
    return warnings
  }
}
