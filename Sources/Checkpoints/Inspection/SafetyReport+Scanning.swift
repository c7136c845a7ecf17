public import Diagnostics
internal import Pickle
internal import TensorCore

extension SafetyReport {
  /// Goes through the file at `path` as far as it can be followed, past the first finding: the
  /// imports of its pickles, then the rules of its format, then every byte. Of a folder, every
  /// file in it and in the folders in it is gone through, whether the checkpoint names it or not.
  ///
  /// Throws only F01; whatever else is wrong is a finding.
  public init(scanning path: String) throws(Rejection) {
    try self.init(scanning: path, within: FolderRoom())
  }

  /// The same, with as much room for what lies in a folder.
  init(scanning path: String, within room: FolderRoom) throws(Rejection) {
    self.init(path: path)
    let input = try locating(Place(file: path)) { () throws(Rejection) in
      try CheckpointInput(path: path)
    }
    if input.isFolder {
      // What cannot be listed is no damaged checkpoint: nothing is known of it.
      _ = try FolderListing(path: path)
    }
    if input.isFolder, input.format == nil {
      // Files that can be opened one by one need no checkpoint around them.
      if !scanCompanions(of: input, within: room) { openWhole() }
    } else {
      collect { (report) throws(Rejection) in try report.survey(input) }
      openWhole()
      if input.isFolder { _ = scanCompanions(of: input, within: room) }
    }
  }

  mutating func survey(_ input: CheckpointInput) throws(Rejection) {
    var layers: [String] = []
    var audit = Audit()
    let content = try input.innermost(&layers, audit: &audit)
    for stream in PickleStream.all(in: content) { note(stream) }
  }

  mutating func openWhole() {
    collect { (report) throws(Rejection) in
      let checkpoint = try Checkpoint.open(report.path)
      report.format = checkpoint.format
      report.warnings += checkpoint.warnings
      report.readPayloads(of: checkpoint)
    }
  }

  /// Runs a part of the scan; what it throws becomes a finding unless it is known already.
  mutating func collect(
    _ part: (inout SafetyReport) throws(Rejection) -> Void
  ) {
    do throws(Rejection) {
      try part(&self)
    } catch {
      let finding = error.inside(Place(file: path))
      let isKnown = findings.contains {
        $0.rule == finding.rule && $0.place.offset == finding.place.offset
      }
      if !isKnown { findings.append(finding) }
    }
  }

  mutating func note(_ stream: PickleStream) {
    let place = Place(file: path, member: stream.member)
    imports += stream.survey.imports.map { Import($0, in: place) }
    findings += stream.survey.findings.map { $0.inside(place) }
  }

  /// Reads every tensor: checksums, truth values, NaN and infinities.
  private mutating func readPayloads(of checkpoint: Checkpoint) {
    var audit = Audit()
    let path = path
    collect { _ throws(Rejection) in try checkpoint.verifyPayloads(audit: &audit) }
    collect { _ throws(Rejection) in
      try SafetensorsFormat.checkBooleans(in: checkpoint, audit: &audit)
    }
    var known: [ContentIdentity: (nan: Int, infinity: Int)] = [:]
    for tensor in checkpoint.tensors {
      let key = ContentIdentity(tensor.content)
      collect { (report) throws(Rejection) in
        try locating(Place(tensor: tensor.name)) { () throws(Rejection) in
          let twin = key.flatMap { known[$0] }
          let counts = if let twin { twin } else { try tensor.content.nonFiniteCounts() ?? (0, 0) }
          if let key { known[key] = counts }
          guard counts != (0, 0) else { return }
          report.nonFinite.append(
            NonFinite(
              tensor: tensor.name, nanCount: counts.nan, infinityCount: counts.infinity))
          audit.warn(
            TorchRules.nonFinite, "\(counts.nan) NaN and \(counts.infinity) infinite elements",
            at: Place(file: path, tensor: tensor.name))
        }
      }
    }
    warnings += audit.warnings
  }
}

extension SafetyReport.Import {
  fileprivate init(_ entry: PickleImport, in place: Place) {
    name = entry.symbol.description
    risk =
      entry.danger != nil ? .dangerous : entry.verdict == .unknown ? .unknown : .data
    uses =
      (entry.uses.contains(.called) ? ["called"] : [])
      + (entry.uses.contains(.instantiated) ? ["instantiated"] : [])
    self.place = Place(offset: entry.offset).inside(place)
  }
}
