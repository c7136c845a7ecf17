import Glibc
import TestSupport
import Testing

struct CardTests {
  private let folder: TemporaryFolder
  private let record: String

  init() throws {
    folder = try TemporaryFolder()
    record = try folder.makeFolder("2026-03-20_Small")
    try write("README.md", "# Small\n")
    try write("train_gpt.py", "print('hi')")
    try write("train_seed42.log", "final_int8_zlib_roundtrip_exact val_loss:2.07 val_bpb:1.2252\n")
    try write(
      "submission.json",
      """
      {"author": "Ada Example", "github_id": "ada-example", "name": "Small: a record",
       "date": "2026-03-20", "mean_val_bpb": 1.2252, "seeds": [42]}
      """)
  }

  private func write(_ name: String, _ text: String) throws {
    try folder.write("2026-03-20_Small/\(name)", Array(text.utf8))
  }

  @Test func `a card is printed, its front matter first`() throws {
    let run = try Command.birdie("card", record, "--license", "mit")
    #expect(run.status == 0)
    #expect(run.talk.isEmpty)
    #expect(run.output.hasPrefix("---\nlicense: \"mit\"\n"))
    #expect(run.output.contains("- name: \"Small: a record\"\n"))
    #expect(run.output.contains("value: 1.2252\n"))
    #expect(run.output.hasSuffix("\n# Small\n"))
  }

  @Test func `a card goes to a file, which is not replaced unasked`() throws {
    let path = folder.path("card.md")
    let run = try Command.birdie("card", record, "-o", path)
    #expect(run.status == 0 && run.output.isEmpty)
    let printed = try Command.birdie("card", record).output
    #expect(try folder.bytes("card.md") == Array(printed.utf8))
    #expect(try Command.birdie("card", record, "-o", path).status == 73)
    #expect(try Command.birdie("card", record, "-o", path, "--force").status == 0)
  }

  @Test func `a card in the place of the record's README keeps the README`() throws {
    let path = "\(record)/README.md"
    #expect(try Command.birdie("card", record, "-o", path, "--force").status == 0)
    let first = try folder.bytes("2026-03-20_Small/README.md")
    #expect(String(decoding: first, as: UTF8.self).hasSuffix("\n# Small\n"))
    #expect(try Command.birdie("card", record, "-o", path, "--force").status == 0)
    #expect(try folder.bytes("2026-03-20_Small/README.md") == first)
  }

  @Test func `a complete record passes its check`() throws {
    let run = try Command.birdie("card", record, "--check")
    #expect(run.status == 0)
    #expect(run.output.hasSuffix("complete, and nothing contradicts\n"))
  }

  @Test func `what is missing or contradicts ends with 1`() throws {
    #expect(unlink("\(record)/train_gpt.py") == 0)
    let run = try Command.birdie("card", record, "--check")
    #expect(run.status == 1)
    #expect(run.output.contains("missing  script"))
    let quiet = try Command.birdie("card", record, "--check", "-q")
    #expect(quiet.status == 1 && quiet.output.isEmpty)
  }

  @Test func `the document has the promised keys`() throws {
    let run = try Command.birdie("card", record, "--json")
    #expect(run.status == 0)
    let document = try JSONDocument(run.output)
    #expect(document.keys == ["schema", "path", "submission", "files", "check"])
    #expect(document["submission"]?["val_bpb"]?.number == 1.2252)
    #expect(document["submission"]?["sources"]?["val_bpb"]?.text == "mean_val_bpb")
    #expect(document["files"]?.elements.first?.keys == ["path", "bytes", "role"])
    #expect(document["check"]?["holds"]?.bool == true)
  }

  @Test func `a description that cannot be read ends with 65, and its check with 1`() throws {
    try write("submission.json", "{\"val_bpb\": []}")
    let run = try Command.birdie("card", record)
    #expect(run.status == 65)
    #expect(run.talk.hasPrefix("error[I02]"))
    #expect(try Command.birdie("card", record, "--json").status == 65)
    let check = try Command.birdie("card", record, "--check", "--json")
    #expect(check.status == 1)
    #expect(try JSONDocument(check.output)["submission"]?.isNull == true)
  }

  @Test func `a folder that is none ends with 66`() throws {
    let run = try Command.birdie("card", folder.path("none"))
    #expect(run.status == 66)
    #expect(run.talk.hasPrefix("error[I05]"))
  }

  @Test(arguments: [["--force"], ["-o", "x.md", "--check"], ["--license", "mit", "--json"]])
  func `flags that mean nothing together are refused`(flags: [String]) throws {
    #expect(try Command.run(["card", record] + flags).status == 64)
  }
}
