import Diagnostics
import Glibc
import RecordFormats
import Records
import TestSupport
import Testing

struct RecordFolderTests {
  @Test func `files get a role by their names`() throws {
    let roles: [(String, FileRole)] = [
      ("README.md", .readme), ("readme.md", .readme), ("logs/README.md", .other),
      ("submission.json", .submission), ("submission_ternary.json", .submission),
      ("train_seed42.log", .log), ("train_v0.txt", .log), ("ternary_log_42.txt", .log),
      ("logs/ab.txt", .log), ("notes.txt", .other), ("requirements.txt", .requirements),
      ("train_gpt.py", .script), ("train_jepa_ssm.py", .script), ("lossless_caps.py", .code),
      ("run.sh", .code), ("final_model.pt", .weights), ("model.safetensors", .weights),
      ("x_mlx_model.npz", .weights),
      ("pytorch_model.bin", .weights), ("fineweb_val_000000.bin", .other),
      ("final_model.int8.ptz", .artifact),
      ("model.birdie", .artifact), ("tokenizers/bpe.model", .tokenizer),
      ("tokenizer.json", .tokenizer), ("manifest.json", .manifest), ("model.sig", .signature),
    ]
    for (path, role) in roles { #expect(FileRole(try RecordPath(path)) == role, "\(path)") }
  }

  @Test func `a record's files, name and sizes are found`() throws {
    let record = try SmallRecord()
    try record.write("final_model.int8.ptz", [1, 2, 3])
    let folder = try RecordFolder(scanning: record.path)
    #expect(folder.name == "2026-03-20_Small")
    #expect(
      folder.files.map(\.path.description) == [
        "README.md", "final_model.int8.ptz", "submission.json", "train_gpt.py",
        "train_seed42.log", "train_seed7.log",
      ])
    #expect(folder.script?.byteCount == 11)
    #expect(folder.foundByteCount == 14)
  }

  @Test func `links, pipes and odd names are named and not opened`() throws {
    let record = try SmallRecord()
    let outside = try record.folder.write("secret.log", Array("seed:1\n".utf8))
    #expect(symlink(outside, record.path + "/train_seed1.log") == 0)
    #expect(symlink(record.folder.root, record.path + "/up") == 0)
    #expect(mkfifo(record.path + "/pipe.log", 0o600) == 0)
    try record.write("new\nline.log", "seed:1\n")
    try record.write("back\\slash.log", "seed:1\n")
    let folder = try RecordFolder(scanning: record.path)
    #expect(
      folder.skipped.map(\.path) == [
        "back\\slash.log", "new\nline.log", "pipe.log", "train_seed1.log", "up",
      ])
    #expect(folder.logs.count == 2)
  }

  @Test func `a name that is no text is named and not opened`() throws {
    let record = try SmallRecord()
    let name = Array((record.path + "/").utf8) + [0xFF, 0xFE] + Array(".log".utf8) + [0]
    name.map(CChar.init(bitPattern:)).withUnsafeBufferPointer { path in
      _ = close(open(path.baseAddress!, O_CREAT | O_WRONLY, 0o600))
    }
    defer {
      name.map(CChar.init(bitPattern:)).withUnsafeBufferPointer { _ = unlink($0.baseAddress!) }
    }
    let folder = try RecordFolder(scanning: record.path)
    #expect(folder.skipped.map(\.reason) == ["has a name that is no UTF-8"])
  }

  @Test func `what tools leave behind is no part of it`() throws {
    let record = try SmallRecord()
    for name in [".git", ".cache", "__pycache__"] {
      _ = try record.folder.makeFolder("2026-03-20_Small/\(name)")
      try record.write("\(name)/train.log", "seed:1\n")
    }
    #expect(try RecordFolder(scanning: record.path).files.count == 5)
  }

  @Test func `folders are entered eight deep`() throws {
    let record = try SmallRecord()
    var path = ""
    for depth in 0..<9 {
      path += "\(depth)/"
      _ = try record.folder.makeFolder("2026-03-20_Small/\(path)")
    }
    try record.write("0/1/2/3/4/5/6/7/deep.log", "seed:1\n")
    let folder = try RecordFolder(scanning: record.path)
    #expect(folder.logs.count == 3)
    #expect(folder.skipped.map(\.path) == ["0/1/2/3/4/5/6/7/8"])
  }

  @Test func `a file is no folder, and nor is nothing`() throws {
    let record = try SmallRecord()
    for path in [record.path + "/README.md", record.path + "/none"] {
      let rule = Refusal.rule { () throws(Rejection) in _ = try RecordFolder(scanning: path) }
      #expect(rule == "I05")
    }
  }

  @Test func `a file that a link has replaced since is not opened`() throws {
    let record = try SmallRecord()
    let folder = try RecordFolder(scanning: record.path)
    let path = try RecordPath("train_gpt.py")
    #expect(unlink(record.path + "/train_gpt.py") == 0)
    #expect(symlink("/etc/hostname", record.path + "/train_gpt.py") == 0)
    let rule = Refusal.rule { () throws(Rejection) in _ = try folder.open(path) }
    #expect(rule == "I06")
  }

  @Test func `submission json stands before others, and others in its absence`() throws {
    let record = try SmallRecord()
    try record.write("submission_a.json", #"{"name": "A"}"#)
    #expect(try RecordFolder(scanning: record.path).submission().name?.value == "Small")
    #expect(unlink(record.path + "/submission.json") == 0)
    #expect(try RecordFolder(scanning: record.path).submission().name?.value == "A")
  }

  @Test(arguments: [
    "", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "../a", "a\\b", "a\u{0}b", "a\nb",
    "a\u{202E}b", "a\u{7F}", String(repeating: "a", count: 256),
    Array(repeating: "abcdefgh", count: 120).joined(separator: "/"),
  ])
  func `paths that lead out or hide something are refused`(text: String) {
    #expect(Refusal.rule { () throws(Rejection) in _ = try RecordPath(text) } == "I06")
  }

  @Test(arguments: ["a", "a/b", "...", ".eval_results/x.yaml", "int6 QAT, final", "日本/é", "-"])
  func `other paths are read as they are`(text: String) throws {
    #expect(try RecordPath(text).description == text)
  }

  @Test func `two spellings of a letter are two paths`() throws {
    #expect(try RecordPath("\u{E9}") != RecordPath("e\u{301}"))
  }
}
