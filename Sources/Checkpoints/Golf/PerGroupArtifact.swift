internal import ByteCodecs
package import Diagnostics
internal import TensorCore

/// Codes grouped by the kind of layer, each group a stream of its own, the rest as in the
/// `w`/`m` layout.
///
/// The remainder is a dictionary of `r` (what `w` would hold besides the codes), `m` (the meta
/// data) and `s` (the shapes in each group). A group holds the matrices of the layers 0, 1, …
/// one behind another, each column after column; in three groups rows are reordered too.
package enum PerGroupArtifact {
  package static let id = "golf-pgrp"
  package static let title = "codes grouped by layer kind, transposed and reordered to pack well"
  package static let reference =
    "openai/parameter-golf record 2026-04-27_SP8192_LQER_SparseGate, PGRP container"

  /// One of the container's groups.
  private struct Group {
    /// The key of its shapes in `s`.
    let key: String
    /// Whether rows are reordered.
    var isPermuted = false

    /// The name of the codes of one layer.
    func name(layer: Int) -> String {
      // The group of the embedding is global: its key is marked by an underscore.
      key.hasPrefix("_") ? String(key.dropFirst()) : "blocks.\(layer).\(key)"
    }
  }

  /// The groups in the order of their streams.
  private static let groups = [
    Group(key: "_tok_emb.weight.q", isPermuted: true), Group(key: "attn.c_k.weight.q"),
    Group(key: "attn.c_q.weight.q", isPermuted: true), Group(key: "attn.c_v.weight.q"),
    Group(key: "attn.proj.weight.q"), Group(key: "mlp.fc.weight.q", isPermuted: true),
    Group(key: "mlp.proj.weight.q"),
  ]

  /// Whether an object is the remainder of such an artifact.
  package static func recognizes(_ value: TorchValue) -> Bool {
    value.hasExactly(keys: ["r", "m", "s"])
  }

  /// The bytes of each group once decompressed, 0 for a missing one, from the remainder; throws
  /// C09 if the shapes are none or their sizes do not fit an `Int`.
  package static func groupByteCounts(from remainder: TorchValue) throws(Rejection) -> [Int] {
    let shapes = try ArtifactValues(remainder.dictValue?["s"], "s")
    var counts: [Int] = []
    for group in groups {
      var count = 0
      for shape in try Self.shapes(of: group, in: shapes) {
        let (sum, overflow) = count.addingReportingOverflow(shape.elementCount)
        guard !overflow else {
          throw Rejection(
            EncodingRules.componentMismatch, "the shapes of \(group.key) exceed any memory")
        }
        count = sum
      }
      counts.append(count)
    }
    return counts
  }

  /// The weights of an artifact, given its parts once decompressed: the remainder, the codes of
  /// each group, and the row orders (16-bit indices of original rows, one order per matrix of the
  /// reordered groups). Throws C07 to C09 and C12.
  package static func assemble(
    remainder: TorchValue, groups codes: [[UInt8]], permutations: [UInt8], audit: inout Audit
  ) throws(Rejection) -> [NamedTensor] {
    guard let top = remainder.dictValue, var entries = top["r"]?.dictValue else {
      throw Rejection(EncodingRules.componentMismatch, "r is no dictionary")
    }
    guard codes.count == groups.count else {
      throw Rejection(
        EncodingRules.componentMismatch, "there are \(codes.count) groups, not \(groups.count)")
    }
    let shapes = try ArtifactValues(top["s"], "s")
    let orders = Storage(permutations)
    var position = 0
    for (group, bytes) in zip(groups, codes) {
      try locating(Place(member: group.key)) { () throws(Rejection) in
        entries.entries += try matrices(
          of: group, shapes: try Self.shapes(of: group, in: shapes), codes: Storage(bytes),
          orders: orders, at: &position)
      }
    }
    guard position == permutations.count else {
      throw Rejection(
        ByteCodecRules.permutation,
        "the row orders have \(permutations.count) bytes, the shapes need \(position)")
    }
    return try WeightsAndMetaFamily.tensors(
      weights: try ArtifactValues(.dict(entries), "r"),
      meta: try ArtifactValues(top["m"], "m"), audit: &audit)
  }

  /// The matrices of one group under the names that the `w`/`m` layout gives them.
  private static func matrices(
    of group: Group, shapes: [Shape], codes: Storage, orders: Storage, at position: inout Int
  ) throws(Rejection) -> [(key: TorchValue, value: TorchValue)] {
    var found: [(key: TorchValue, value: TorchValue)] = []
    var start = 0
    for (layer, shape) in shapes.enumerated() {
      let (end, overflow) = start.addingReportingOverflow(shape.elementCount)
      guard !overflow, let stored = codes.slice(start..<max(start, end)) else { break }
      let order =
        group.isPermuted ? try RowOrder(orders, at: &position, rows: shape[0]) : nil
      let bytes = StoredMatrix(codes: stored, rows: shape[0], columns: shape[1])
        .restored(order: order)
      guard let tensor = Tensor(dtype: .i8, shape: shape, storage: Storage(bytes)) else { break }
      found.append(
        (
          .string(group.name(layer: layer)),
          .tensor(TorchTensor(content: .dense(tensor), storageKey: nil))
        ))
      start = end
    }
    guard found.count == shapes.count, start == codes.byteCount else {
      throw Rejection(
        EncodingRules.invalidCodes,
        "the group has \(codes.byteCount) codes, which is not what its shapes need")
    }
    return found
  }

  /// The shapes of a group's matrices; none if the group is missing.
  private static func shapes(
    of group: Group, in shapes: ArtifactValues
  ) throws(Rejection) -> [Shape] {
    guard let value = shapes[group.key] else { return [] }
    let found = value.sequenceValue?.map(\.shapeValue) ?? [nil]
    let matrices = found.compactMap { shape in shape?.rank == 2 ? shape : nil }
    guard matrices.count == found.count else {
      throw Rejection(
        EncodingRules.componentMismatch, "\(group.key) in s is no list of matrix shapes")
    }
    guard !group.key.hasPrefix("_") || matrices.count <= 1 else {
      throw Rejection(EncodingRules.componentMismatch, "\(group.key) has more than one matrix")
    }
    return matrices
  }
}
