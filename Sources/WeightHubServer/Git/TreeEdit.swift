internal import Diagnostics

/// Changes of a tree: folders are read where a path leads, and only what changed becomes new
/// objects.
struct TreeEdit {
  /// The trees that were made, by name.
  private(set) var made: [ObjectID: GitTree] = [:]
  private let load: (ObjectID) throws -> GitTree
  /// The tree as it is now.
  private(set) var root: GitTree

  /// Edits a tree of which `load` gives the folders.
  init(_ root: GitTree, load: @escaping (ObjectID) throws -> GitTree) {
    self.root = root
    self.load = load
  }

  /// Puts a file under a path; throws Y05 where a part of the path is a file, or the path a folder.
  mutating func put(_ file: ObjectID, at path: GitPath) throws {
    root = try putting(file, path.parts[...], in: root)
  }

  private mutating func putting(
    _ file: ObjectID, _ parts: ArraySlice<String>, in tree: GitTree
  ) throws -> GitTree {
    guard let name = parts.first else { return tree }
    var tree = tree
    switch (tree[name], parts.count) {
    case (.folder, 1):
      throw Rejection(WeightHubServerRules.path, "\(name) is a folder already")
    case (.file, 2...):
      throw Rejection(WeightHubServerRules.path, "\(name) is a file already, and no folder")
    case (_, 1):
      tree.set(name, to: .file(file))
    case (let node, _):
      let folder = try node.map { try self.folder($0.oid) } ?? GitTree()
      tree.set(name, to: .folder(keep(try putting(file, parts.dropFirst(), in: folder))))
    }
    return tree
  }

  /// Takes what is under a path; gives whether there was something, of the kind that was meant.
  mutating func remove(_ path: GitPath, isFolder: Bool) throws -> Bool {
    guard let changed = try removing(path.parts[...], isFolder, from: root) else { return false }
    root = changed
    return true
  }

  private mutating func removing(
    _ parts: ArraySlice<String>, _ isFolder: Bool, from tree: GitTree
  ) throws -> GitTree? {
    guard let name = parts.first, let node = tree[name] else { return nil }
    var tree = tree
    if parts.count == 1 {
      if case .folder = node { guard isFolder else { return nil } } else if isFolder { return nil }
      tree.set(name, to: nil)
      return tree
    }
    guard case .folder(let oid) = node,
      let changed = try removing(parts.dropFirst(), isFolder, from: folder(oid))
    else { return nil }
    // Git knows no empty folders.
    tree.set(name, to: changed.entries.isEmpty ? nil : .folder(keep(changed)))
    return tree
  }

  private func folder(_ oid: ObjectID) throws -> GitTree { try made[oid] ?? load(oid) }

  private mutating func keep(_ tree: GitTree) -> ObjectID {
    let oid = tree.oid
    made[oid] = tree
    return oid
  }
}
