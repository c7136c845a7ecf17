internal import ByteCodecs
public import Diagnostics
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
    let remainder = try remainder(input, streams[streams.count - 2], audit: &audit)
    let sizes = try PerGroupArtifact.groupByteCounts(from: remainder)
    guard sizes.count == streams.count - 2 else {
      throw Rejection(
        ByteCodecRules.container, "\(streams.count - 2) groups of codes, not \(sizes.count)")
    }
    var groups: [[UInt8]] = []
    for (index, size) in sizes.enumerated() {
      groups.append(try stream(index, streams[index], input, Lrzip.self, expecting: size))
    }
    let last = streams.count - 1
    let permutations = try stream(last, streams[last], input, Brotli.self, expecting: nil)
    let tensors = try PerGroupArtifact.assemble(
      remainder: remainder, groups: groups, permutations: permutations, audit: &audit)
    return Checkpoint(format: id, tensors: tensors)
  }

  private static func remainder(
    _ input: CheckpointInput, _ range: Range<Int>, audit: inout Audit
  ) throws(Rejection) -> TorchValue {
    var scratch = try ScratchFile()
    try Brotli.decode(
      input.storage.bytes.extracting(range), limits: DecodeLimits()
    ) { chunk throws(Rejection) in
      try scratch.append(chunk)
    }
    let storage = try scratch.finish()
    let archive = try TorchArchive(storage, place: input.place, audit: &audit)
    return try PyTorchFormat.object(of: archive, audit: &audit)
  }

  private static func stream(
    _ index: Int, _ range: Range<Int>, _ input: CheckpointInput, _ codec: any ByteCodec.Type,
    expecting size: Int?
  ) throws(Rejection) -> [UInt8] {
    if range.isEmpty && (size ?? 0) == 0 { return [] }
    let limits = size.map { DecodeLimits().expecting($0) } ?? DecodeLimits()
    var bytes: [UInt8] = []
    try locating(Place(member: "stream \(index)")) { () throws(Rejection) in
      try codec.decode(
        input.storage.bytes.extracting(range), limits: limits
      ) { chunk throws(Rejection) in bytes += chunk.copied() }
    }
    return bytes
  }
}
