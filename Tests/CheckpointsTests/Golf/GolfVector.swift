import CKernels
import Foundation
import TensorCore
import TestSupport

@testable import Checkpoints

/// An artifact that a record's own functions wrote, and the digests of what they restore from it.
///
/// A folder under `Fixtures/golf/vectors/` holds the artifact and `info.json`, which gives for each
/// tensor the PyTorch name of its type, its shape and the SHA-256 of its bytes.
struct GolfVector {
  /// The type, shape and digest of a tensor.
  struct Facts: Equatable {
    let dtype: String
    let shape: [Int]
    let sha256: String
  }

  /// The path of the artifact.
  let artifact: String
  /// What each tensor must be.
  let expected: [String: Facts]
  /// What the weight banks must be; empty for models without banks.
  let banks: [String: Facts]

  /// Reads the description in a folder.
  init(folder: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/info.json"))
    guard let info = try JSONSerialization.jsonObject(with: data) as? [String: Any],
      let name = info["artifact"] as? String
    else { throw TensorDump.Malformed() }
    artifact = folder + "/" + name
    expected = Self.facts(info["tensors"])
    banks = Self.facts(info["rebanked"])
  }

  private static func facts(_ value: Any?) -> [String: Facts] {
    (value as? [String: [String: Any]] ?? [:]).compactMapValues { tensor in
      guard let dtype = tensor["dtype"] as? String, let shape = tensor["shape"] as? [Int],
        let sha256 = tensor["sha256"] as? String
      else { return nil }
      return Facts(dtype: dtype, shape: shape, sha256: sha256)
    }
  }

  /// What was found, by name.
  static func facts(of tensors: [NamedTensor]) throws -> [String: Facts] {
    var found: [String: Facts] = [:]
    for tensor in tensors {
      let bytes = try tensor.content.decodedBytes() ?? []
      found[tensor.name] = Facts(
        dtype: torchNames[tensor.dtype] ?? tensor.dtype.rawValue,
        shape: tensor.shape.dimensions, sha256: sha256(bytes))
    }
    return found
  }

  private static let torchNames: [DType: String] = [
    .f32: "float32", .bf16: "bfloat16", .f16: "float16", .i64: "int64",
  ]

  private static func sha256(_ bytes: [UInt8]) -> String {
    var hash = birdie_sha256()
    birdie_sha256_init(&hash)
    birdie_sha256_update(&hash, bytes, bytes.count)
    var digest = [UInt8](repeating: 0, count: 32)
    birdie_sha256_final(&hash, &digest)
    return digest.map { String(format: "%02x", $0) }.joined()
  }
}
