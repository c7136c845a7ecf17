internal import ByteCodecs
public import Diagnostics
internal import Files
internal import TensorCore

/// The container `PGRP`: seven streams of codes, one of everything else, one of row orders.
public enum PerGroupFormat: CheckpointFormat {
  /// The id in reports.
  public static let id = PerGroupArtifact.id
  /// One line for people.
  public static let title = "challenge artifact: " + PerGroupArtifact.title
  /// The record whose code defines the format.
  public static let reference = PerGroupArtifact.reference

  /// Whether the bytes begin with the container's magic.
  public static func recognizes(_ input: CheckpointInput) -> Bool {
    PerGroupContainer.recognizes(input.storage.bytes)
  }

  /// Decodes the streams; the remainder says how long each group of codes must be.
  public static func open(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let streams = try PerGroupContainer.parse(input.storage.bytes)
    guard streams.count >= 3 else {
      throw Rejection(ByteCodecRules.container, "\(streams.count) streams are too few")
    }
    let (remainder, checks) = try remainder(input, streams[streams.count - 2], audit: &audit)
    let sizes = try PerGroupArtifact.groupByteCounts(from: remainder)
    guard sizes.count == streams.count - 2 else {
      throw Rejection(
        ByteCodecRules.container, "\(streams.count - 2) groups of codes, not \(sizes.count)")
    }
    let groups = try groups(of: input, streams, byteCounts: sizes)
    let last = streams.count - 1
    let permutations = try stream(last, streams[last], input, Brotli.self, expecting: nil)
    let tensors = try PerGroupArtifact.assemble(
      remainder: remainder, groups: groups, permutations: permutations, audit: &audit)
    var checkpoint = Checkpoint(format: id, tensors: tensors)
    checkpoint.payloadChecks = checks
    return checkpoint
  }

  /// Decodes the groups side by side, each on one of a few lanes.
  private static func groups(
    of input: CheckpointInput, _ streams: [Range<Int>], byteCounts sizes: [Int]
  ) throws(Rejection) -> [[UInt8]] {
    let tasks = lanes(sizes).map { lane in
      BackgroundTask {
        var results: [(index: Int, bytes: Result<[UInt8], Rejection>)] = []
        for index in lane {
          let bytes = Result { () throws(Rejection) in
            try stream(index, streams[index], input, Lrzip.self, expecting: sizes[index])
          }
          results.append((index, bytes))
          if case .failure = bytes { break }
        }
        return results
      }
    }
    // Every lane is joined before anything is thrown. A lane works in order, so the first damaged
    // group is always among the results and the same one is reported however many lanes there are.
    let results = tasks.flatMap { $0.join() }.sorted { $0.index < $1.index }
    return try results.map { result throws(Rejection) in try result.bytes.get() }
  }

  /// A model takes hundreds of megabytes, and two groups are most of the work.
  private static let maximumLaneCount = 4

  /// The groups that each lane decodes, about equally much: the largest first, each to the lane
  /// with the least to do.
  private static func lanes(_ sizes: [Int]) -> [[Int]] {
    let limits = DecodeLimits.withinBudget
    let count = min(
      maximumLaneCount, MachineBudget.threadCount,
      max(1, MachineBudget.memoryByteCount / max(limits.memoryLimit, 1)))
    var lanes = [(load: Int, groups: [Int])](repeating: (0, []), count: count)
    for group in sizes.indices.sorted(by: { sizes[$0] > sizes[$1] }) {
      guard let lane = lanes.indices.min(by: { lanes[$0].load < lanes[$1].load }) else { break }
      lanes[lane].groups.append(group)
      lanes[lane].load = lanes[lane].load.addingReportingOverflow(sizes[group]).partialValue
    }
    return lanes.map { $0.groups.sorted() }
  }

  private static func remainder(
    _ input: CheckpointInput, _ range: Range<Int>, audit: inout Audit
  ) throws(Rejection) -> (TorchValue, [PayloadCheck]) {
    var scratch = try ScratchFile()
    try Brotli.decode(
      input.storage.bytes.extracting(range), limits: DecodeLimits.withinBudget
    ) { chunk throws(Rejection) in
      try scratch.append(chunk)
    }
    let storage = try scratch.finish()
    let archive = try TorchArchive(storage, place: input.place, audit: &audit)
    return (try PyTorchFormat.object(of: archive, audit: &audit), archive.members.payloadChecks)
  }

  private static func stream(
    _ index: Int, _ range: Range<Int>, _ input: CheckpointInput, _ codec: any ByteCodec.Type,
    expecting size: Int?
  ) throws(Rejection) -> [UInt8] {
    if range.isEmpty && (size ?? 0) == 0 { return [] }
    let limits = size.map { DecodeLimits.withinBudget.expecting($0) } ?? DecodeLimits.withinBudget
    var bytes: [UInt8] = []
    try locating(Place(member: "stream \(index)")) { () throws(Rejection) in
      try codec.decode(
        input.storage.bytes.extracting(range), limits: limits
      ) { chunk throws(Rejection) in bytes += chunk.copied() }
    }
    return bytes
  }
}
