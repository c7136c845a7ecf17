internal import Diagnostics
internal import Pickle

extension TorchConstructors {
  /// The containers and conversions of Python itself, under their names in Python 2 and 3.
  static var python: [String: Constructor] {
    var table: [String: Constructor] = [
      "collections.OrderedDict": { _, call throws(Rejection) in dictionary(call) },
      "collections.Counter": { _, call throws(Rejection) in dictionary(call) },
      // Argument 0 is the factory of missing values, which nobody will miss.
      "collections.defaultdict": { _, call throws(Rejection) in
        .dict(TorchDict(entries: call.dictItems))
      },
      "collections.deque": { _, call throws(Rejection) in items(call) },
      "decimal.Decimal": { _, call throws(Rejection) in .opaque(call.name) },
      "fractions.Fraction": { _, call throws(Rejection) in .opaque(call.name) },
      "uuid.UUID": { _, call throws(Rejection) in .opaque(call.name) },
      "_codecs.encode": { _, call throws(Rejection) in try latin1(call) },
      "types.SimpleNamespace": { _, call throws(Rejection) in call.state ?? .none },
      "datetime.date": { _, call throws(Rejection) in .opaque(call.name) },
      "datetime.datetime": { _, call throws(Rejection) in .opaque(call.name) },
      "datetime.timedelta": { _, call throws(Rejection) in .opaque(call.name) },
      "datetime.timezone": { _, call throws(Rejection) in .opaque(call.name) },
      "pathlib.PosixPath": { _, call throws(Rejection) in .string(path(call)) },
      "pathlib.PurePosixPath": { _, call throws(Rejection) in .string(path(call)) },
      "pathlib.WindowsPath": { _, call throws(Rejection) in .string(path(call)) },
    ]
    let builtins: [String: Constructor] = [
      "bytes": { _, call throws(Rejection) in .bytes(try bytes(call)) },
      "bytearray": { _, call throws(Rejection) in .bytes(try bytes(call)) },
      "set": { _, call throws(Rejection) in items(call) },
      "frozenset": { _, call throws(Rejection) in items(call) },
      "range": { _, call throws(Rejection) in .tuple(call.arguments) },
      "xrange": { _, call throws(Rejection) in .tuple(call.arguments) },
      "slice": { _, call throws(Rejection) in .tuple(call.arguments) },
      "list": { _, call throws(Rejection) in items(call) },
      "dict": { _, call throws(Rejection) in dictionary(call) },
      "complex": { _, call throws(Rejection) in
        .tuple([try call.argument(0), try call.argument(1)])
      },
    ]
    for module in ["builtins", "__builtin__"] {
      for (name, constructor) in builtins { table["\(module).\(name)"] = constructor }
    }
    return table
  }

  /// A dictionary: the pairs or the dictionary it was made of, then what was set.
  private static func dictionary(_ call: TorchCall) -> TorchValue {
    var entries = call.arguments.first?.dictValue?.entries ?? []
    for pair in call.arguments.first?.sequenceValue ?? [] {
      guard let parts = pair.sequenceValue, parts.count == 2 else { continue }
      entries.append((parts[0], parts[1]))
    }
    return .dict(TorchDict(entries: entries + call.dictItems))
  }

  private static func items(_ call: TorchCall) -> TorchValue {
    .list((call.arguments.first?.sequenceValue ?? []) + call.listItems)
  }

  private static func path(_ call: TorchCall) -> String {
    call.arguments.compactMap(\.stringValue).joined(separator: "/")
  }

  /// Bytes under protocol 2: the text whose code points are the bytes.
  private static func latin1(_ call: TorchCall) throws(Rejection) -> TorchValue {
    let encoding = try call.string(1)
    guard encoding == "latin1" || encoding == "latin-1" else {
      throw Rejection(PickleRules.codec, "codec \(encoding)")
    }
    return .bytes(try latin1(call.string(0)))
  }

  static func latin1(_ text: String) throws(Rejection) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    // Two bytes of UTF-8 for each byte of 0x80 and above; anything longer is no Latin-1.
    var lead: UInt8 = 0
    for unit in text.utf8 {
      switch unit {
      case 0..<0x80: bytes.append(unit)
      case 0xC2, 0xC3: lead = unit
      case 0x80..<0xC0 where lead != 0:
        bytes.append((lead << 6) | (unit & 0x3F))
        lead = 0
      default: throw Rejection(PickleRules.codec, "the text is no Latin-1")
      }
    }
    return bytes
  }

  /// `bytes()`, `bytearray(b"…")` and `bytearray("…", "latin-1")`; a bare length is refused, for
  /// eight characters could ask for eight gigabytes.
  private static func bytes(_ call: TorchCall) throws(Rejection) -> [UInt8] {
    switch call.arguments.first {
    case nil: return []
    case .bytes(let bytes): return bytes
    case .string(let text): return try latin1(text)
    case .list(let items), .tuple(let items):
      return items.compactMap { $0.intValue.flatMap(UInt8.init(exactly:)) }
    default:
      throw Rejection(PickleRules.hugeBytearray, "\(call.name) of a length")
    }
  }
}
