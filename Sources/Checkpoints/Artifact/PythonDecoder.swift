internal import ByteCodecs
public import Diagnostics
internal import EntropyCoding
internal import JSON
internal import TensorCore

/// A Python program that restores the tensors of one artifact with numpy alone: `load(path)` gives
/// them by name. It has the sections that the artifact needs and no others.
public struct PythonDecoder: Sendable {
  /// The program.
  public let source: String
  /// Its length under zlib at level 9, as code in an artifact counts; nil where zlib fails.
  public let compressedByteCount: Int?
  /// What the artifact uses, in the words of the marks.
  let features: Set<Substring>

  /// The program for a Birdie artifact; nil for a checkpoint of another format.
  ///
  /// Throws T13 for types that numpy lacks and the program does not restore.
  init?(for checkpoint: Checkpoint) throws(Rejection) {
    guard checkpoint.format == ArtifactFormat.id else { return nil }
    var features: Set<Substring> = []
    for tensor in checkpoint.tensors {
      guard case .coded(let coded) = tensor.content else { return nil }
      for dtype in [coded.dtype] + coded.parts.map(\.component.dtype)
      where Self.unsupported.contains(dtype) {
        throw Rejection(
          TorchRules.notRepresentable,
          "the decoder in Python restores no \(dtype.rawValue): leave the tensor out, or --decoder",
          at: Place(tensor: tensor.name))
      }
      features.formUnion(coded.decoderFeatures.map { Substring($0) })
    }
    self.features = features
    source = Self.selected(features)
    let bytes = Array(source.utf8)
    compressedByteCount = unsafe CompressedSize.zlib(bytes.span.bytes)
  }

  private static let unsupported: Set<DType> = [
    .f4, .f6e2m3, .f6e3m2, .f8e8m0, .f8e4m3fnuz, .f8e5m2fnuz, .c32, .c128,
  ]

  /// The lines outside of sections that none of `features` needs, without the marks.
  private static func selected(_ features: Set<Substring>) -> String {
    var lines: [Substring] = []
    var isKept = [true]
    for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
      let mark = line.drop { $0 == " " }
      if mark.hasPrefix("#[") {
        let names = mark.dropFirst(2).split(separator: " ")
        isKept.append(isKept.last == true && names.contains(where: features.contains))
      } else if mark == "#]" {
        isKept.removeLast()
      } else if isKept.last == true {
        lines.append(line)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Checkpoint {
  /// The program that decodes this artifact in Python; nil for a checkpoint of another format.
  ///
  /// Throws T13 for types that the program does not restore.
  public func pythonDecoder() throws(Rejection) -> PythonDecoder? {
    try PythonDecoder(for: self)
  }
}

extension CodedTensor {
  /// What a decoder needs to know to restore it, in the words of its marks.
  fileprivate var decoderFeatures: Set<String> {
    var features = parts.reduce(into: Set<String>()) { $0.formUnion($1.component.features) }
    if dtype == .bf16 { features.insert("bf16") }
    guard let kept = encoding as? any KeptEncoding else { return features }
    let method = type(of: kept).method
    // The last word: `scaled+low_rank` is low_rank, `ternary_base3` is base3.
    features.insert(
      method == "scaled+low_rank"
        ? "low_rank" : String(method.split(separator: "_").last ?? Substring(method)))
    if kept.parameters.contains(where: { $0.value.string == "mean_magnitude" }) {
      features.insert("mean_magnitude")
    }
    return features
  }
}
