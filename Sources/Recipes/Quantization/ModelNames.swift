internal import JSON
internal import LanguageModels
internal import TensorCore

/// How a checkpoint calls the tensors of a model: training scripts and compilers put prefixes such
/// as `module.` before the model's own names.
struct ModelNames {
  private let prefix: String

  init(_ tensors: [String: Tensor], _ configuration: JSONValue?) {
    prefix = Architectures.prefix(of: tensors, configuration: configuration)
  }

  /// The model's name for a tensor of the checkpoint.
  func own(_ name: String) -> String {
    name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
  }
}
