public import TensorCore

/// Reads the named tensors that `Fixtures/generate/value_dump.py` writes, which describes the form.
public struct TensorDump {
  /// The bytes not read yet.
  public var rest: ArraySlice<UInt8>

  /// A reader of a fixture's bytes.
  public init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// The fixture is not what the generator writes.
  public struct Malformed: Error {
    /// Makes the error.
    public init() {}
  }

  /// The tensors of a whole fixture by name.
  public static func read(_ bytes: [UInt8]) throws -> [String: Tensor] {
    var dump = TensorDump(bytes)
    var tensors: [String: Tensor] = [:]
    for _ in 0..<(try dump.integer(4)) {
      let name = try dump.text(try dump.integer(1))
      tensors[name] = try dump.tensor()
    }
    guard dump.rest.isEmpty else { throw Malformed() }
    return tensors
  }

  /// The next bytes.
  public mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count >= 0, rest.count >= count else { throw Malformed() }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// The next integer, little-endian, of `width` bytes.
  public mutating func integer(_ width: Int) throws -> Int {
    Int(truncatingIfNeeded: try take(width).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  /// The next text.
  public mutating func text(_ byteCount: Int) throws -> String {
    String(decoding: try take(byteCount), as: UTF8.self)
  }

  /// The next tensor.
  public mutating func tensor() throws -> Tensor {
    let name = try text(try integer(1))
    let rank = try integer(1)
    var numbers: [Int] = []
    for _ in 0..<(2 * rank + 1) { numbers.append(try integer(8)) }
    let storage = Storage(Array(try take(try integer(4))))
    guard let dtype = DType(rawValue: name), let shape = Shape(Array(numbers[..<rank])),
      let layout = Layout(
        shape: shape, strides: Array(numbers[rank..<(2 * rank)]), offset: numbers[2 * rank]),
      let tensor = Tensor(dtype: dtype, layout: layout, storage: storage)
    else { throw Malformed() }
    return tensor
  }
}

extension Tensor {
  /// The bytes of a contiguous tensor's elements.
  public var elementBytes: [UInt8]? {
    contiguousStorage.map { storage in storage.bytes.withUnsafeBytes { Array($0) } }
  }
}
