import Checkpoints
import JSON
import TensorCore
import TestSupport

/// What a reader must find in a checkpoint, as `Fixtures/generate/README.md` describes it.
struct Expectation {
  /// The type, the extents and the digest of a tensor.
  struct Facts: Equatable {
    let dtype: String
    let shape: [Int]
    /// Of the elements; nil where the tensor has none.
    let sha256: String?
  }

  /// The tensors by name.
  let tensors: [String: Facts]
  /// The groups of names that share elements, in no order.
  let ties: Set<Set<String>>
  /// What is no tensor, as JSON text.
  let metadata: TextMap

  /// Reads a document of facts, ties and metadata.
  init(document name: String) throws {
    let document = try JSONValue(parsing: Fixtures.bytes(name))
    tensors = try Self.facts(document["tensors"])
    ties = Set(
      (document["ties"]?.elements ?? []).map { group in
        Set((group.elements ?? []).compactMap(\.string))
      })
    var metadata: TextMap = [:]
    for (key, value) in document["metadata"]?.members ?? [] { metadata[key] = value.string }
    self.metadata = metadata
  }

  /// The facts of each member of an object.
  static func facts(_ value: JSONValue?) throws -> [String: Facts] {
    var facts: [String: Facts] = [:]
    for (name, tensor) in value?.members ?? [] {
      guard let dtype = tensor["dtype"]?.string, let shape = tensor["shape"]?.elements else {
        throw TensorDump.Malformed()
      }
      facts[name] = Facts(
        dtype: dtype, shape: shape.compactMap(\.integer), sha256: tensor["sha256"]?.string)
    }
    return facts
  }
}

extension Checkpoint {
  /// What was found, in the form of an expectation.
  func facts() throws -> [String: Expectation.Facts] {
    var facts: [String: Expectation.Facts] = [:]
    for tensor in tensors {
      facts[tensor.name] = Expectation.Facts(
        dtype: tensor.dtype.rawValue, shape: tensor.shape.dimensions,
        sha256: try tensor.content.digest())
    }
    return facts
  }
}

extension TensorContent {
  /// The digest of the elements; nil where there are none to digest.
  func digest() throws -> String? {
    if case .absent = self { return nil }
    return try sha256()
  }
}
