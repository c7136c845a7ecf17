import Diagnostics
import Testing

@testable import WeightHubServer

/// Names of objects are git's: those here were made by git 2.39.
struct GitTests {
  private static func blob(_ text: String) -> ObjectID { ObjectID("blob", body: Array(text.utf8)) }

  private static let files = [
    ("a.txt", "hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"),
    ("b.txt", "w", "6bf0c97a7f84620a0bb4cf6380ec307748e043bd"),
    ("b/y", "x", "c1b0730e0133447badcfd47fd144e254807b06e1"),
    ("c.d/z", "z", "fa7af8bf5fdd704f73beb3adc5612682a98e1af5"),
  ]

  @Test(arguments: files.indices)
  func `a blob is called what git calls it`(index: Int) {
    #expect(Self.blob(Self.files[index].1).hex == Self.files[index].2)
  }

  private static func tree(_ order: [Int]) throws -> TreeEdit {
    let edit = TreeEdit(GitTree()) { _ in throw HubFailure.noPage }
    for index in order {
      try edit.put(blob(files[index].1), at: GitPath(files[index].0))
    }
    return edit
  }

  @Test(arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
  func `a tree is called what git calls it, in whatever order files come`(order: [Int]) throws {
    let tree = try Self.tree(order).root
    #expect(tree.oid.hex == "7bcfa5032b1fe927c84f9fcc4e92c8cc41cd4a3d")
    #expect(tree["b"]?.oid.hex == "4a507927e244b807acb6220ef712c71af38a270b")
    #expect(tree.entries.map(\.name) == ["a.txt", "b.txt", "b", "c.d"])
  }

  @Test func `a tree comes back from its body`() throws {
    let tree = try Self.tree([0, 1, 2, 3]).root
    #expect(try GitTree(body: tree.body).body == tree.body)
  }

  @Test func `a damaged tree is an error`() throws {
    let body = try Self.tree([0, 1, 2, 3]).root.body
    #expect(body.count == 124)
    let wholeCounts = (1..<body.count).filter { count in
      do throws(Rejection) {
        _ = try GitTree(body: Array(body[..<count]))
        return true
      } catch {
        #expect(error.rule == WeightHubServerRules.storage)
        return false
      }
    }
    // A cut between two entries leaves a tree: `100644 a.txt`, a zero and 20 bytes of a name are 33
    // bytes, those of `b.txt` too, and of `40000 b` 28.
    #expect(wholeCounts == [33, 66, 94])
  }

  @Test func `removing the last file of a folder removes the folder`() throws {
    let edit = try Self.tree([0, 1, 2, 3])
    #expect(try edit.remove(GitPath("b/y"), isFolder: false))
    #expect(edit.root["b"] == nil && edit.root["b.txt"] != nil)
    #expect(try edit.remove(GitPath("c.d"), isFolder: true))
    #expect(edit.root.entries.map(\.name) == ["a.txt", "b.txt"])
  }

  @Test(arguments: [("none", false), ("b", false), ("a.txt", true), ("b/none", false)])
  func `what is not there is not removed`(path: String, isFolder: Bool) throws {
    let edit = try Self.tree([0, 1, 2, 3])
    #expect(try !edit.remove(GitPath(path), isFolder: isFolder))
  }

  @Test(arguments: ["b", "a.txt/inside"])
  func `a path is a file or a folder, not both`(path: String) throws {
    let edit = try Self.tree([0, 1, 2, 3])
    let error = #expect(throws: Rejection.self) {
      try edit.put(Self.blob("x"), at: GitPath(path))
    }
    #expect(error?.rule == WeightHubServerRules.path)
  }

  @Test func `a commit is called what git calls it`() throws {
    let tree = try #require(ObjectID(hex: "7bcfa5032b1fe927c84f9fcc4e92c8cc41cd4a3d"))
    let change = Change(
      parent: nil, tree: tree, title: "a title", message: "", author: "me",
      created: 1_700_000_000)
    #expect(change.oid.hex == "a19ebd89f15c9151759953a192d451dc796abc7a")
  }

  @Test func `an author's name begins no field of a commit`() throws {
    let tree = try #require(ObjectID(hex: "7bcfa5032b1fe927c84f9fcc4e92c8cc41cd4a3d"))
    func change(_ author: String) -> Change {
      Change(parent: nil, tree: tree, title: "t", message: "", author: author, created: 0)
    }
    #expect(change("a\nparent <x>").oid == change("aparent x").oid)
  }

  @Test(arguments: [
    "", "/a", "a//b", "a/", ".", "../a", "a/../b", ".git/config", "a/.GIT", "a\\b", "a\nb",
    "a\u{0}", String(repeating: "a", count: 256),
  ])
  func `a path that leads elsewhere is refused`(path: String) {
    let error = #expect(throws: Rejection.self) { try GitPath(path) }
    #expect(error?.rule == WeightHubServerRules.path)
  }

  @Test(arguments: ["a", "a b/é", "...", "a/.gitattributes", "-x"])
  func `a path of plain names is one`(path: String) throws {
    #expect(try GitPath(path).text == path)
  }

  @Test(arguments: [
    ("refs/heads/main", true), ("refs/tags/v1/rc", true), ("refs/heads/a..b", false),
    ("refs/heads/a b", false), ("refs/heads/.a", false), ("refs/heads/a.lock", false),
    ("refs/heads/a~1", false), ("refs/heads/", false), ("refs/heads/a@{1}", false),
    ("refs/heads/refs/pr/1", false),
    ("refs/heads/a19ebd89f15c9151759953a192d451dc796abc7a", false),
  ])
  func `names of branches are those that git allows`(name: String, isOne: Bool) {
    #expect(Reference.isName(name) == isOne)
  }

  // MARK: Patterns, as `git check-ignore` reads them

  private static let ignored = """
    *.log
    !keep.log
    /top.txt
    build/
    a/**/z
    docs/*.md
    **/deep
    x/**
    # comment
    """

  @Test(arguments: [
    ("a.log", true), ("sub/a.log", true), ("keep.log", false), ("top.txt", true),
    ("sub/top.txt", false), ("build/x", true), ("sub/build/y.c", true), ("build", false),
    ("a/z", true), ("a/b/c/z", true), ("docs/r.md", true), ("docs/s/r.md", false),
    ("q/deep", true), ("deep", true), ("x/1/2", true), ("x", false), ("README.md", false),
  ])
  func `a pattern means what it means to git`(path: String, isIgnored: Bool) throws {
    #expect(try GitPatterns(ignore: Self.ignored).match(GitPath(path)) == isIgnored)
  }

  // Whoever tries every way to share 200 folders among 100 `**` tries 10^58 of them: this test
  // comes to its end only where it is not done like that.
  @Test func `patterns of many folders are matched without trying every way`() throws {
    let pattern = String(repeating: "**/a/", count: 100) + "b"
    let path = Array(repeating: "a", count: 200).joined(separator: "/")
    #expect(try !GitPatterns(ignore: pattern).match(GitPath(path)))
    #expect(try GitPatterns(ignore: pattern).match(GitPath(path + "/b")))
  }

  @Test func `a pointer to a large file is no file`() {
    let entry = ContentStore.Entry(
      digest: ContentDigest(bytes: Array(repeating: 1, count: 32)), byteCount: 5)
    let pointer = """
      version https://git-lfs.github.com/spec/v1
      oid sha256:\(entry.digest.hex)
      size 5

      """
    #expect(ObjectID("blob", body: Array(pointer.utf8)) == Blob(large: entry).oid)
    #expect(Blob.isPointer(Array(pointer.utf8)))
    #expect(!Blob.isPointer(Array("# version".utf8)))
  }

  @Test func `many files of one folder make one tree of it`() throws {
    let edit = TreeEdit(GitTree()) { _ in throw HubFailure.noPage }
    for number in 0..<500 { try edit.put(Self.blob("\(number)"), at: GitPath("d/e/\(number)")) }
    let (root, folders) = edit.trees()
    #expect(folders.count == 2 && root.entries.count == 1)
    #expect(folders.map(\.entries.count).sorted() == [1, 500])
  }

  @Test func `weights are large files, and texts are none`() throws {
    let patterns = GitPatterns(largeIn: GitPatterns.defaultAttributes)
    for path in ["model.safetensors", "a/final_model.int8.ptz", "x.birdie", "y.pt"] {
      #expect(try patterns.match(GitPath(path)), "\(path)")
    }
    for path in ["README.md", "config.json", "train_gpt.py", "ptz"] {
      #expect(try !patterns.match(GitPath(path)), "\(path)")
    }
  }

  @Test func `a later line takes the filter back`() throws {
    let patterns = GitPatterns(largeIn: "*.bin filter=lfs -text\nsmall.bin -filter\n")
    #expect(try patterns.match(GitPath("a.bin")) && !patterns.match(GitPath("b/small.bin")))
  }
}
