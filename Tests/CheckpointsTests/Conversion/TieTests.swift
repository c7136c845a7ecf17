import Archives
import Checkpoints
import Diagnostics
import TensorCore
import TestSupport
import Testing

/// Names that a safetensors file only notes are names of its tensors.
struct TieTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func input(_ name: String) throws -> Checkpoint {
    try Checkpoint.open(Fixtures.path("safetensors/accepts/\(name).safetensors"))
  }

  private func converted(
    _ checkpoint: Checkpoint, _ format: OutputFormat, renaming: [String] = [],
    patterns: [String] = []
  ) throws -> Checkpoint {
    var options = ConversionOptions()
    options.format = format
    options.overwrites = true
    options.renamings = renaming.compactMap(Renaming.init)
    options.patterns = patterns
    _ = try checkpoint.convert(to: folder.path("out"), options)
    return try Checkpoint.open(folder.path("out"))
  }

  @Test func `a noted name comes back as a second name of one record`() throws {
    let tied = try converted(input("tied"), .pytorch)
    #expect(Set(tied.tensors.map(\.name)) == ["wte.weight", "lm_head.weight"])
    #expect(tied.ties.map(Set.init) == [["wte.weight", "lm_head.weight"]])
    let storage = Storage(try folder.bytes("out"))
    var audit = Audit()
    let zip = try ZipArchive(parsing: storage.bytes, audit: &audit)
    #expect(zip.entries.filter { $0.name.hasPrefix("archive/data/") }.count == 1)
  }

  @Test func `a noted name is noted again, below the tensor that the input has`() throws {
    let tied = try converted(input("tied"), .safetensors)
    #expect(tied.tensors.map(\.name) == ["wte.weight"])
    #expect(tied.metadata == ["lm_head.weight": "wte.weight", "format": "pt"])
  }

  @Test func `a noted name is renamed as tensors are`() throws {
    let renaming = ["s/^wte/embed/", "s/^lm_head/head/"]
    let tied = try converted(input("tied"), .safetensors, renaming: renaming)
    #expect(tied.metadata == ["head.weight": "embed.weight", "format": "pt"])
    #expect(tied.ties == [["embed.weight", "head.weight"]])
    let names = try converted(input("tied"), .pytorch, renaming: renaming).tensors.map(\.name)
    #expect(Set(names) == ["embed.weight", "head.weight"])
  }

  @Test func `a noted name that gets the name of its tensor is one with it`() throws {
    let tied = try converted(input("tied"), .safetensors, renaming: ["s/.*/w/"])
    #expect(tied.metadata == ["format": "pt"])
    #expect(tied.tensors.map(\.name) == ["w"])
  }

  @Test(arguments: [OutputFormat.safetensors, .pytorch])
  func `a noted name goes when its tensor is left out`(format: OutputFormat) throws {
    let checkpoint = Checkpoint(
      format: "safetensors",
      tensors: [
        NamedTensor(name: "a", content: try .literal(.u8, [1 as UInt8])),
        NamedTensor(name: "c", content: try .literal(.u8, [2 as UInt8])),
      ], metadata: ["b": "a"], ties: [["a", "b"]])
    let left = try converted(checkpoint, format, patterns: ["c"])
    #expect(left.tensors.map(\.name) == ["c"])
    #expect(left.metadata.isEmpty && left.ties.isEmpty)
    let kept = try converted(checkpoint, format, patterns: ["a"])
    #expect(kept.ties == [["a", "b"]])
  }

  @Test func `metadata keys that only look alike are two keys`() throws {
    let metadata = try converted(input("metadata-look-alikes"), .safetensors).metadata
    #expect(metadata.map(\.key.utf8.count) == [3, 2])
    #expect(metadata.map(\.value) == ["two", "one"])
  }

  @Test(arguments: [OutputFormat.safetensors, .pytorch])
  func `noted names that only look alike are two names`(format: OutputFormat) throws {
    let tied = try converted(input("tied-look-alikes"), format)
    #expect(tied.ties.map { $0.map(\.utf8.count).sorted() } == [[1, 2, 3]])
  }
}
