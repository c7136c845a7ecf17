import Checkpoints
import Diagnostics
import JSON
import TensorCore
import TestSupport
import Testing

struct SafetensorsReadingTests {
  static let accepts = [
    "booleans", "empty", "escaped-name", "f4", "f6", "header-out-of-order", "metadata-last",
    "metadata-look-alikes", "name-with-slash", "padded-by-64-spaces", "tied", "tied-look-alikes",
    "unpadded", "white-space-inside", "zero-sizes",
  ]

  @Test(arguments: accepts)
  func `a valid file has the tensors and metadata that the reference reader sees`(
    name: String
  ) throws {
    var audit = Audit()
    let file = name + ".safetensors"
    let checkpoint = try SafetensorsFixture.open("accepts/" + file, audit: &audit)
    let expected = try #require(try SafetensorsFixture.document("accepts.json")[file])
    var seen: [String: JSONValue] = [:]
    for tensor in checkpoint.tensors {
      guard case .dense(let elements) = tensor.content else { continue }
      seen[tensor.name] = [
        "dtype": .string(tensor.dtype.rawValue),
        "shape": .array(tensor.shape.dimensions.map { .integer($0) }),
        "hex": .string(SafetensorsFixture.hex(elements.storage.bytes)),
      ]
    }
    let members = try #require(expected["tensors"]?.members)
    #expect(seen == Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value) }))
    let metadata = try #require(expected["metadata"]?.members)
    #expect(
      checkpoint.metadata
        == metadata.reduce(into: TextMap()) { map, member in map[member.key] = member.value.string }
    )
    #expect(audit.warnings.isEmpty)
  }

  @Test(arguments: accepts)
  func `a valid file is recognized by its content`(name: String) throws {
    let storage = Storage(try Fixtures.bytes("safetensors/accepts/\(name).safetensors"))
    #expect(SafetensorsFormat.recognizes(CheckpointInput(path: "", storage: storage)))
  }

  @Test(arguments: ["{\"a\":1}  ", "PK\u{3}\u{4}{\"abcdefgh", "", "12345678", "........{\"a\":1}"])
  func `text and zip archives are not recognized`(content: String) {
    let storage = Storage(Array(content.utf8))
    #expect(!SafetensorsFormat.recognizes(CheckpointInput(path: "", storage: storage)))
  }

  @Test func `tensors come in the order of their bytes`() throws {
    var audit = Audit()
    let checkpoint = try SafetensorsFixture.open(
      "accepts/header-out-of-order.safetensors", audit: &audit)
    #expect(checkpoint.tensors.map(\.name) == ["a", "b"])
  }

  @Test func `a dropped name that the metadata maps to a tensor is tied to it`() throws {
    var audit = Audit()
    let checkpoint = try SafetensorsFixture.open("accepts/tied.safetensors", audit: &audit)
    #expect(checkpoint.ties == [["wte.weight", "lm_head.weight"]])
  }

  @Test func `a file of seven bytes is cut off`() {
    var audit = Audit()
    let input = CheckpointInput(path: "", storage: Storage([UInt8](repeating: 0, count: 7)))
    let error = #expect(throws: Rejection.self) {
      try SafetensorsFormat.open(input, audit: &audit)
    }
    #expect(error?.rule.id == "S01")
  }

  @Test func `more tensors than the limit are refused`() throws {
    var audit = Audit()
    var limits = SafetensorsHeader.Limits()
    limits.tensorCount = 2
    let bytes = try Fixtures.bytes("safetensors/accepts/zero-sizes.safetensors")
    let error = #expect(throws: Rejection.self) {
      try SafetensorsHeader(parsing: bytes.span.bytes, limits: limits, audit: &audit)
    }
    #expect(error?.rule.id == "S21")
  }

  @Test(arguments: accepts)
  func `cutting or changing any byte never traps`(name: String) throws {
    let bytes = try Fixtures.bytes("safetensors/accepts/\(name).safetensors")
    let leniency = Set(SafetensorsRules.all.map(\.id))
    for position in bytes.indices {
      var changed = bytes
      changed[position] ^= 1 << (position % 8)
      for content in [Array(bytes[..<position]), changed] {
        var audit = Audit(leniency: leniency)
        let input = CheckpointInput(path: "", storage: Storage(content))
        guard let checkpoint = try? SafetensorsFormat.open(input, audit: &audit) else { continue }
        try SafetensorsFormat.checkBooleans(in: checkpoint, audit: &audit)
      }
    }
  }
}
