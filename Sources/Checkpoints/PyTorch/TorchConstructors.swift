internal import Diagnostics

/// What the callables that checkpoints name stand for: the whole list of what a file may ask for.
///
/// The restricted unpickler admits exactly the symbols of this table; whatever is not in it, or in
/// the lists of `TorchSymbols`, is refused.
enum TorchConstructors {
  typealias Constructor =
    @Sendable (inout TorchObjectBuilder, TorchCall) throws(Rejection) -> TorchValue

  /// The meaning of each callable, by its full name.
  static let byName: [String: Constructor] = [
    python, tensors, nested, script, numPy, distributed,
  ]
  .reduce(into: [:]) { table, part in table.merge(part) { first, _ in first } }
}
