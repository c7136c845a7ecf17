internal import Diagnostics

/// What the callables that checkpoints name stand for: the whole list of what a file may ask for.
///
/// The restricted unpickler admits exactly the symbols of this table; whatever is not in it, or in
/// the lists of `TorchSymbols`, is refused.
enum TorchConstructors<Source: TorchStorageSource> {
  typealias Builder = TorchObjectBuilder<Source>
  typealias Constructor =
    @Sendable (inout Builder, TorchCall) throws(Rejection) -> TorchValue

  /// The meaning of each callable, by its full name.
  static var byName: [String: Constructor] {
    var table = python
    table.merge(tensors) { first, _ in first }
    table.merge(numPy) { first, _ in first }
    table.merge(distributed) { first, _ in first }
    return table
  }
}
