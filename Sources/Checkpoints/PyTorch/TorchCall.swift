internal import Diagnostics
internal import Pickle

/// A call that a pickle asks for: nothing is called, the arguments are data for us to interpret.
struct TorchCall {
  /// The callable's name, such as `torch._utils._rebuild_tensor_v2`.
  let name: String
  /// The positional arguments.
  let arguments: [TorchValue]
  /// What BUILD set afterwards, if anything.
  let state: TorchValue?
  /// What APPENDS and ADDITEMS added afterwards.
  let listItems: [TorchValue]
  /// What SETITEMS added afterwards.
  let dictItems: [(key: TorchValue, value: TorchValue)]

  /// The argument at `index`; throws P07 when there is none.
  func argument(_ index: Int) throws(Rejection) -> TorchValue {
    guard index < arguments.count else {
      throw malformed("it needs more than \(arguments.count) arguments")
    }
    return arguments[index]
  }

  /// The integer at `index`.
  func integer(_ index: Int) throws(Rejection) -> Int {
    guard let value = try argument(index).intValue else {
      throw malformed("argument \(index) is no integer")
    }
    return value
  }

  /// The integers of the tuple or list at `index`.
  func integers(_ index: Int) throws(Rejection) -> [Int] {
    guard let items = try argument(index).sequenceValue else {
      throw malformed("argument \(index) is no tuple")
    }
    return try items.map { item throws(Rejection) in
      guard let value = item.intValue else { throw malformed("argument \(index) holds no integer") }
      return value
    }
  }

  /// The text at `index`.
  func string(_ index: Int) throws(Rejection) -> String {
    guard let value = try argument(index).stringValue else {
      throw malformed("argument \(index) is no string")
    }
    return value
  }

  /// The tensor at `index`.
  func tensor(_ index: Int) throws(Rejection) -> TorchTensor {
    guard let value = try argument(index).tensorValue else {
      throw malformed("argument \(index) is no tensor")
    }
    return value
  }

  /// The name of the symbol at `index`.
  func symbol(_ index: Int) throws(Rejection) -> String {
    guard case .symbol(let name) = try argument(index) else {
      throw malformed("argument \(index) is no symbol")
    }
    return name
  }

  /// A rejection that says what is wrong with the arguments.
  func malformed(_ reason: String) -> Rejection {
    Rejection(PickleRules.callOfNonSymbol, "\(name): \(reason)")
  }
}
