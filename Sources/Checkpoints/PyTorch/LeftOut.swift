internal import Diagnostics

/// What an object holds that no tensor and no metadata stands for.
struct LeftOut {
  /// Tensors that are attributes of other tensors.
  var tensors = 0
  /// The type of each NumPy array or scalar that no tensor can have, as NumPy writes it.
  var arrayTypes: [String] = []

  /// Warns of what there is (T21, T22).
  func report(to audit: inout Audit) {
    if tensors > 0 {
      audit.warn(
        TorchRules.tensorAttributes, "\(tensors) tensors are attributes of others and are not read")
    }
    if let first = arrayTypes.first {
      let count = arrayTypes.count
      audit.warn(
        TorchRules.otherArrays,
        "\(count) NumPy value\(count == 1 ? " is" : "s are") left out, the first of type \(first)")
    }
  }
}
