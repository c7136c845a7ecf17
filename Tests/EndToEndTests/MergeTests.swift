import TestSupport
import Testing

/// `birdie merge` on small models of Llama's family.
@Suite(.timeLimit(.minutes(10)))
struct MergeTests {
  private let folder: TemporaryFolder
  private static let models = Fixtures.path("merging/models")

  init() throws { folder = try TemporaryFolder() }

  private func recipe(_ text: String, _ name: String = "recipe.yml") throws -> String {
    try folder.write(name, Array(text.replacing("MODELS", with: Self.models).utf8))
  }

  private static let ties = """
    merge_method: ties
    base_model: MODELS/deep-base
    models:
      - {model: MODELS/deep-a, parameters: {weight: 0.6, density: 0.5}}
      - {model: MODELS/deep-b, parameters: {weight: 0.4, density: [0.3, 1.0]}}
    dtype: float32
    """

  @Test func `a folder has all that loading the model takes`() throws {
    let path = try recipe(
      """
      merge_method: passthrough
      dtype: bfloat16
      slices:
        - sources: [{model: MODELS/llama-a, layer_range: [0, 2]}]
        - sources: [{model: MODELS/llama-b, layer_range: [1, 3]}]
      """)
    let run = try Command.birdie("merge", path, folder.path("out"))
    #expect(run.status == 0, "\(run.talk)")
    #expect(
      folder.names(in: "out") == [
        "README.md", "config.json", "mergekit_config.yml", "model.safetensors",
      ])
    let config = String(decoding: try folder.bytes("out/config.json"), as: UTF8.self)
    #expect(
      config.contains("\"num_hidden_layers\":4") || config.contains("\"num_hidden_layers\": 4"))
    let found = try JSONDocument(
      Command.birdie("inspect", folder.path("out"), "--json").output)
    #expect(found["tensors"]?.elements.count == 39)
    let again = try Command.birdie("merge", path, folder.path("out"))
    #expect(again.status == 73)
  }

  private static let union = """
    merge_method: linear
    base_model: WORDS/base
    models:
      - {model: WORDS/a, parameters: {weight: 0.5}}
      - {model: WORDS/base, parameters: {weight: 0.5}}
    tokenizer: {source: union, pad_to_multiple_of: 16}
    chat_template: chatml
    """.replacing("WORDS", with: Fixtures.path("merging/tokenizers/models"))

  @Test func `vocabularies are put together, and files tell of it`() throws {
    let run = try Command.birdie("merge", recipe(Self.union), folder.path("out"))
    #expect(run.status == 0, "\(run.talk)")
    #expect(
      folder.names(in: "out") == [
        "README.md", "chat_template.jinja", "config.json", "mergekit_config.yml",
        "model.safetensors", "tokenizer.json", "tokenizer_config.json",
      ])
    let config = try JSONDocument(
      String(decoding: folder.bytes("out/config.json"), as: UTF8.self))
    #expect(config["vocab_size"]?.integer == 64)
    let found = try JSONDocument(Command.birdie("inspect", folder.path("out"), "--json").output)
    let head = found["tensors"]?.elements.first { $0["name"]?.text == "lm_head.weight" }
    #expect(head?["shape"]?.elements.first?.integer == 64)
  }

  @Test func `a plan tells where rows come from`() throws {
    let path = try recipe(Self.union)
    let run = try Command.birdie("merge", path, folder.path("out"), "--explain", "--json")
    #expect(run.status == 0, "\(run.talk)")
    let vocabulary = try JSONDocument(run.output)["vocabulary"]
    #expect(vocabulary?["rows"]?.integer == 64)
    let origin = vocabulary?["origins"]?.elements.first
    #expect(origin?["model"]?.text?.hasSuffix("/a") == true)
    let counts = ["own", "others", "means", "zeros", "padding"].map { origin?[$0]?.integer ?? -1 }
    #expect(counts.reduce(0, +) == 64 && counts[0] > 0 && counts[1] > 0)
    let text = try Command.birdie("merge", path, folder.path("out"), "--explain")
    #expect(text.output.contains("64 rows for "))
  }

  @Test func `a plan is told before anything is written`() throws {
    let run = try Command.birdie(
      "merge", recipe(Self.ties), folder.path("out"), "--explain", "--json")
    #expect(run.status == 0, "\(run.talk)")
    let first = try JSONDocument(run.output)["tensors"]?.elements.first
    #expect(first?["computed_in"]?.text == "F32" && first?["inputs"]?.elements.count == 3)
    #expect(!folder.names.contains("out"))
    let text = try Command.birdie("merge", recipe(Self.ties), folder.path("out"), "--explain")
    #expect(text.output.contains("model.layers.11.mlp.up_proj.weight"))
    #expect(text.output.contains("[weight 0.4, density 1.0]"))
  }

  @Test func `the same bytes on any number of threads and with any instructions`() throws {
    let path = try recipe(
      Self.ties.replacing("merge_method: ties", with: "merge_method: dare_ties"))
    var files: [[UInt8]] = []
    for (threads, instructions) in [("1", "portable"), ("2", "avx2"), ("2", ""), ("1", "")] {
      let output = folder.path("out\(files.count).safetensors")
      let run = try Command.run(
        ["merge", path, output, "--threads", threads, "--random-seed", "7"],
        environment: instructions.isEmpty ? [:] : ["BIRDIE_ISA": instructions])
      #expect(run.status == 0, "\(run.talk)")
      files.append(try TemporaryFolder.bytes(of: output))
    }
    #expect(files.allSatisfy { $0 == files[0] })
  }

  @Test(arguments: ["out.safetensors", "out"])
  func `a merge that is killed goes on where it ended`(output: String) throws {
    let path = try recipe(Self.ties)
    let run = try Command.shell(
      """
      cd \(folder.root)
      "$birdie" merge \(path) whole --out-shard-size 10kB -q || exit 1
      "$birdie" merge \(path) whole.safetensors -q || exit 2
      shards=; [ \(output) = out ] && shards="--out-shard-size 10kB"
      # Later and later, until one run comes to its end.
      interrupted=0
      for hundredths in $(seq 2 99); do
        timeout -s KILL 0.$(printf %02d $hundredths) "$birdie" merge \(path) \(output) -q $shards
        [ ! -e .\(output).partial ] || interrupted=$((interrupted + 1))
        [ ! -e \(output) ] || break
      done
      [ $interrupted -gt 0 ] || exit 8
      "$birdie" merge \(path) \(output) -q --force $shards || exit 3
      if [ \(output) = out ]; then
        for file in whole/*; do cmp $file out/${file#whole/} || exit 4; done
        [ "$(ls -A out | wc -l)" = "$(ls -A whole | wc -l)" ] || exit 5
      else
        cmp whole.safetensors out.safetensors || exit 6
      fi
      [ -z "$(ls -A | grep -E 'partial|journal')" ] || exit 7
      """)
    #expect(run.status == 0, "\(run.talk)")
  }

  @Test(arguments: [
    ("merge_method: spin", "M02"), ("merge_method: linear\nmodels: []", "M01"),
    ("merge_method: linear\nmodels:\n  - {model: none, parameters: {weight: 1}}", "M05"),
  ])
  func `a recipe that is wrong is refused, with its line`(text: String, rule: String) throws {
    let run = try Command.birdie("merge", recipe(text), folder.path("out"))
    #expect(run.status == (rule == "M05" ? 66 : 65) && run.talk.contains("error[\(rule)]"))
    #expect(!folder.names.contains("out"))
  }

  @Test func `a model of a Hub with two revisions is refused before anyone is asked`() throws {
    let run = try Command.birdie(
      "merge",
      recipe(
        """
        merge_method: linear
        models:
          - {model: {model: {path: "hf://owner/name@main", revision: v2}}, parameters: {weight: 1}}
        """), folder.path("out"))
    #expect(run.status == 65 && run.talk.contains("error[M01]"), "\(run.talk)")
    #expect(run.talk.contains("hf://owner/name@main has a revision, and v2 is another"))
  }

  @Test func `methods are listed with their parameters`() throws {
    let run = try Command.birdie("methods", "merges", "--json")
    #expect(try JSONDocument(run.output)["merges"]?.elements.count == 29)
  }
}
