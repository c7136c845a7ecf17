import TestSupport
import Testing

struct UsageTests {
  @Test(arguments: [
    "inspect", "scan", "diff", "convert", "verify", "card", "sign", "methods", "explain",
    "doctor", "publish", "pull", "serve", "quantize", "eval", "calibrate", "align",
  ])
  func `the help of every verb starts with examples`(verb: String) throws {
    let help = try Command.birdie(verb, "--help")
    #expect(help.status == 0)
    #expect(help.output.hasPrefix("EXAMPLES:\n  birdie "))
    #expect(help.output.contains("USAGE: birdie \(verb)"))
    #expect(help.talk.isEmpty)
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `without arguments the help goes to stderr and the status says usage`() throws {
    let run = try Command.birdie()
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.talk.hasPrefix("EXAMPLES:"))
  }

  @Test func `the version is one line`() throws {
    let run = try Command.birdie("--version")
    #expect(run.status == 0)
    #expect(run.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }

  @Test(arguments: [
    ["diff", "one"], ["inspect", "--no-such-flag", "x"], ["convert", "in", "out.xyz"],
    ["convert", "in", "out", "--to", "gguf"], ["convert", "in", "o.pt", "--dtype", "f31"],
    ["convert", "in", "o.pt", "--rename", "x"], ["convert", "in", "o.pt", "--threads", "0"],
    ["convert", "in", "o", "--max-shard-size", "big"], ["convert", "in", ""],
    ["convert", "in", "o", "--max-shard-size", "-1"], ["inspect", "x", "--threads", "-1"],
    ["diff", "a", "b", "--tolerance", "-1"],
    ["inspect", "x", "--lenient", "F01"], ["inspect", "x", "--lenient", "Q99"],
    ["explain", "Q99"], ["methods", "spells"], ["distill", "in", "out"], ["methods", "losses"],
    ["convert", "-", "out.pt"],
  ])
  func `what cannot be understood ends with 64 and explains itself`(arguments: [String]) throws {
    let run = try Command.run(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.talk.hasPrefix("error[U0"))
    #expect(run.talkLines.contains { $0.hasPrefix("  help: ") })
  }

  @Test func `a name that is no UTF-8 is refused instead of repaired`() throws {
    let run = try Command.shell(#"cd /tmp; "$birdie" convert in.pt $'birdie-\xff.pt'"#)
    #expect(run.status == 64)
    #expect(run.talk.contains("argument 3 is no UTF-8"))
  }

  @Test func `a target that is not built names those that are`() throws {
    let run = try Command.birdie("convert", "in", "out", "--to", "gguf")
    #expect(run.talk.contains("safetensors, pytorch"))
  }

  @Test func `a negative size is quoted and a name without an ending too`() throws {
    let size = try Command.birdie("convert", "in", "o", "--max-shard-size", "-1")
    #expect(size.talk.contains("'-1' is invalid"))
    #expect(try Command.birdie("convert", "in", "").talk.contains("the ending of '' names"))
  }

  @Test(arguments: [
    "inspect MODEL", "inspect MODEL --json", "explain", "convert --help", "scan MODEL",
  ])
  func `a full stdout is an error with a name`(arguments: String) throws {
    let model = try folder.write("model.safetensors", twoTensors())
    let line = arguments.replacing("MODEL", with: model)
    let run = try Command.shell("\"$birdie\" \(line) >/dev/full")
    #expect(run.status == 74)
    #expect(run.talk.hasPrefix("error[F03]: cannot write to stdout: No space left on device\n"))
  }

  @Test(arguments: ["", "--json"])
  func `a conversion whose report nobody takes says that it is done`(flag: String) throws {
    let model = try folder.write("model.safetensors", twoTensors())
    let output = folder.path("out.pt")
    let run = try Command.shell("\"$birdie\" convert \(model) \(output) \(flag) >/dev/full")
    #expect(run.status == 74)
    #expect(run.talk.contains("\(output) was written and is whole"))
    #expect(try Command.birdie("diff", model, output).status == 0)
  }

  @Test func `a pipe that is closed ends the program without a word`() throws {
    let run = try Command.shell("(\"$birdie\" explain; echo $? >&2) | true")
    #expect(run.talk == "141\n")
  }

  @Test func `a mistyped verb is recognized`() throws {
    let run = try Command.birdie("inspct")
    #expect(run.status == 64)
    #expect(run.talk.contains("did you mean `birdie inspect`?"))
  }

  @Test func `a missing file ends with 66, and says where, why and what to do`() throws {
    let run = try Command.birdie("/no/such/model.pt")
    #expect(run.status == 66)
    #expect(run.output.isEmpty)
    let labels = run.talkLines.map { $0.prefix { $0 != ":" } }
    #expect(labels == ["error[F01]", "  where", "  why", "  help"])
  }

  @Test func `under --json an error is one document on stdout too`() throws {
    let run = try Command.birdie("inspect", "/no/such/model.pt", "--json")
    #expect(run.status == 66)
    let document = try JSONDocument(run.output)
    #expect(document.keys == ["schema", "error"])
    #expect(document["error"]?.keys == ["rule", "message", "where", "why", "help"])
  }

  @Test func `even a command line that is wrong is answered in JSON`() throws {
    let run = try Command.birdie("diff", "--json")
    #expect(run.status == 64)
    #expect(try JSONDocument(run.output).keys == ["schema", "error"])
  }

  @Test func `rules are found in any case, and near misses suggested`() throws {
    #expect(try Command.birdie("explain", "f01").output.hasPrefix("F01: no such input"))
    #expect(try Command.birdie("explain", "F0").talk.contains("did you mean F01?"))
  }

  @Test func `every rule is listed once`() throws {
    let document = try JSONDocument(try Command.birdie("explain", "--json").output)
    let ids = document["rules"]?.elements.compactMap { $0["id"]?.text } ?? []
    #expect(ids.contains("F01"))
    #expect(Set(ids).count == ids.count)
  }

  @Test func `a rule that never stops a command has no status`() throws {
    let document = try JSONDocument(try Command.birdie("explain", "--json").output)
    let rules = try #require(document["rules"]?.elements)
    let without = rules.filter { $0["status"]?.integer == nil }.compactMap { $0["id"]?.text }
    #expect(without.contains("Z18") && without.contains("F08"))
    #expect(!without.contains("Z04"))
  }

  @Test(arguments: [["explain"], ["explain", "Z04"], ["methods"]])
  func `who wants quiet hears nothing of lists`(arguments: [String]) throws {
    let run = try Command.run(arguments + ["-q"])
    #expect(run.status == 0)
    #expect(run.output.isEmpty && run.talk.isEmpty)
  }

  @Test func `a replacement that names a missing group is a usage error`() throws {
    let run = try Command.birdie("convert", "in", "o.pt", "--rename", #"s/(a)/\2/"#)
    #expect(run.status == 64)
  }

  @Test func `doctor names the kernels and the codecs`() throws {
    let document = try JSONDocument(try Command.birdie("doctor", "--json").output)
    let facts = try #require(document["doctor"])
    for key in ["version", "swift", "isa", "openblas", "zlib", "zstd", "xz", "brotli", "cpus"] {
      #expect(facts.keys.contains(key))
    }
  }

  @Test func `a shell completion script is written for bash`() throws {
    let run = try Command.birdie("--generate-completion-script", "bash")
    #expect(run.status == 0)
    #expect(run.output.contains("complete -o filenames"))
    #expect(!run.output.hasPrefix("EXAMPLES"))
    #expect(run.output.contains("compgen -f"))
  }

  @Test func `an ending that names no format is a usage error, U01`() throws {
    let model = try folder.write("model.safetensors", twoTensors())
    let run = try Command.birdie("convert", model, folder.path("out.xyz"))
    #expect(run.status == 64 && run.talk.contains("[U01]"))
  }

  @Test func `a rule that does not exist is a usage error, U02`() throws {
    let run = try Command.birdie("explain", "X99")
    #expect(run.status == 64 && run.talk.contains("[U02]"))
  }
}
