internal import Diagnostics

/// Changes of a tree: folders are read where a path leads, and what changed becomes new objects
/// once, at the end.
struct TreeEdit {
  private let top: EditedFolder
  private let load: (ObjectID) throws -> GitTree

  /// Edits a tree of which `load` gives the folders.
  init(_ root: GitTree, load: @escaping (ObjectID) throws -> GitTree) {
    top = EditedFolder(root)
    self.load = load
  }

  /// Puts a file under a path; throws Y05 where a part of the path is a file, or the path a folder.
  func put(_ file: ObjectID, at path: GitPath) throws {
    var folder = top
    for part in path.parts.dropLast() {
      if case .stored(.file)? = folder[part] {
        throw Rejection(WeightHubServerRules.path, "\(part) is a file already, and no folder")
      }
      folder = try inside(part, of: folder) ?? folder.begin(part)
    }
    let name = path.parts[path.parts.count - 1]
    switch folder[name] {
    case nil, .stored(.file)?: folder[name] = .stored(.file(file))
    default: throw Rejection(WeightHubServerRules.path, "\(name) is a folder already")
    }
  }

  /// Takes what is under a path; gives whether there was something, of the kind that was meant.
  func remove(_ path: GitPath, isFolder: Bool) throws -> Bool {
    var folder = top
    for part in path.parts.dropLast() {
      guard let next = try inside(part, of: folder) else { return false }
      folder = next
    }
    let name = path.parts[path.parts.count - 1]
    switch folder[name] {
    case nil: return false
    case .stored(.file)?: guard !isFolder else { return false }
    // One whose files are all gone is no folder of git's.
    case .edited(let inner)?: guard isFolder, !inner.isEmpty else { return false }
    case .stored(.folder)?: guard isFolder else { return false }
    }
    folder[name] = nil
    return true
  }

  /// The folder under a name, ready to be changed; nil where there is none.
  private func inside(_ name: String, of folder: EditedFolder) throws -> EditedFolder? {
    switch folder[name] {
    case .edited(let inner)?: return inner
    case .stored(.folder(let oid))?:
      let inner = EditedFolder(try load(oid))
      folder[name] = .edited(inner)
      return inner
    default: return nil
    }
  }

  /// The tree as it is now.
  var root: GitTree { trees().root }

  /// The tree as it is now, and the folders below that were looked into.
  func trees() -> (root: GitTree, folders: [GitTree]) {
    var folders: [GitTree] = []
    return (top.tree(adding: &folders), folders)
  }
}

/// A folder while it is changed.
private final class EditedFolder {
  enum Node {
    case stored(GitTree.Node)
    case edited(EditedFolder)
  }
  private var nodes: [ExactText: (name: String, node: Node)]

  init(_ tree: GitTree) {
    nodes = Dictionary(
      tree.entries.map { (ExactText($0.name), ($0.name, .stored($0.node))) },
      uniquingKeysWith: { first, _ in first })
  }

  subscript(name: String) -> Node? {
    get { nodes[ExactText(name)]?.node }
    set { nodes[ExactText(name)] = newValue.map { (name, $0) } }
  }

  /// Begins a folder under a name.
  func begin(_ name: String) -> EditedFolder {
    let inner = EditedFolder(GitTree())
    self[name] = .edited(inner)
    return inner
  }

  /// Whether there is no file below.
  var isEmpty: Bool {
    nodes.values.allSatisfy { entry in
      if case .edited(let inner) = entry.node { inner.isEmpty } else { false }
    }
  }

  /// The tree, after those below it, each made once; git knows no empty folders.
  func tree(adding folders: inout [GitTree]) -> GitTree {
    var entries: [(name: String, node: GitTree.Node)] = []
    for (name, node) in nodes.values {
      switch node {
      case .stored(let node): entries.append((name, node))
      case .edited(let inner):
        let tree = inner.tree(adding: &folders)
        guard !tree.entries.isEmpty else { continue }
        folders.append(tree)
        entries.append((name, .folder(tree.oid)))
      }
    }
    return GitTree(entries)
  }
}
