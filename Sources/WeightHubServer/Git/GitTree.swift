internal import Diagnostics

/// A folder of a commit, as git stores it.
struct GitTree: Sendable {
  /// What is under a name.
  enum Node: Sendable, Equatable {
    case file(ObjectID)
    case folder(ObjectID)

    var oid: ObjectID {
      switch self {
      case .file(let oid), .folder(let oid): oid
      }
    }
  }

  /// Names with what is under them, in git's order.
  private(set) var entries: [(name: String, node: Node)] = []

  /// A folder with nothing in it.
  init() {}

  /// A folder of what is under some names, in any order.
  init(_ entries: [(name: String, node: Node)]) {
    let keyed = entries.map { (key: Self.key($0.name, $0.node), entry: $0) }
    self.entries = keyed.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.entry)
  }

  /// The object's body: for each entry its mode, its name and the name of its object.
  var body: [UInt8] {
    entries.flatMap { entry -> [UInt8] in
      let mode = if case .folder = entry.node { "40000" } else { "100644" }
      return Array("\(mode) \(entry.name)\0".utf8) + entry.node.oid.bytes
    }
  }

  /// The name of the object.
  var oid: ObjectID { ObjectID("tree", body: body) }

  /// The folder that a body describes; throws Y02 for one that this type did not write.
  init(body: [UInt8]) throws(Rejection) {
    var rest = body[...]
    while !rest.isEmpty {
      guard let space = rest.firstIndex(of: UInt8(ascii: " ")),
        let end = rest[space...].firstIndex(of: 0), rest.endIndex - end > ObjectID.byteCount
      else { throw Rejection(WeightHubServerRules.storage, "a tree is damaged") }
      let next = end + 1 + ObjectID.byteCount
      let oid = ObjectID(bytes: Array(rest[(end + 1)..<next]))
      let isFolder = rest[rest.startIndex] == UInt8(ascii: "4")
      entries.append(
        (
          String(decoding: rest[(space + 1)..<end], as: UTF8.self),
          isFolder ? .folder(oid) : .file(oid)
        ))
      rest = rest[next...]
    }
  }

  /// What is under a name.
  subscript(name: String) -> Node? {
    entries.first { $0.name.utf8.elementsEqual(name.utf8) }?.node
  }

  /// Git compares the names of folders as if they ended in a slash.
  private static func key(_ name: String, _ node: Node) -> [UInt8] {
    if case .folder = node { Array(name.utf8) + [UInt8(ascii: "/")] } else { Array(name.utf8) }
  }
}
