import Checkpoints
import Diagnostics
import JSON
import TensorCore
import TestSupport
import Testing

struct NumPyTests {
  static let accepts = [
    "bfloat16-name.npy", "bfloat16-v2.npy", "big-c16.npy", "big-c8.npy", "big-f2.npy",
    "big-f4.npy", "big-f8.npy", "big-i2.npy", "big-i4.npy", "big-i8.npy", "big-u2.npy",
    "big-u4.npy", "big-u8.npy", "deflated.npz", "double-quotes.npy", "empty.npy",
    "fortran-big.npy", "fortran-empty.npy", "fortran.npy", "little-b1.npy", "little-c16.npy",
    "little-c8.npy", "little-f2.npy", "little-f4.npy", "little-f8.npy", "little-i1.npy",
    "little-i2.npy", "little-i4.npy", "little-i8.npy", "little-u1.npy", "little-u2.npy",
    "little-u4.npy", "little-u8.npy", "no-padding-other-order.npy", "python-2-longs.npy",
    "scalar.npy", "stored.npz", "version-2.npy", "version-3.npy",
  ]
  static let rejects = [
    "N01-cut-off.npy", "N01-magic.npy", "N01-member.npz", "N01-version-0.npy",
    "N01-version-1.1.npy", "N01-version-4.npy", "N02-beyond-file.npy", "N02-four-gigabytes.npy",
    "N03-call.npy", "N03-escape.npy", "N03-float-extent.npy", "N03-list-shape.npy",
    "N03-missing-key.npy", "N03-number-shape.npy", "N03-open-list.npy", "N03-open-string.npy",
    "N03-order-is-one.npy", "N03-repeated-key.npy", "N03-second-expression.npy",
    "N03-unknown-key.npy", "N04-objects-in-records.npy", "N04-objects.npy", "N04-objects.npz",
    "N05-records.npy", "N06-bytes.npy", "N06-date.npy", "N06-nothing.npy", "N06-order-only.npy",
    "N06-quadruple.npy", "N06-text.npy", "N06-void.npy", "N07-above-64-bits.npy",
    "N07-axes.npy", "N07-behind-zero.npy", "N07-negative.npy", "N07-product.npy",
    "N08-huge.npy", "N08-truncated.npy", "N09-trailing.npy", "N10-text-member.npz",
  ]

  @Test(arguments: accepts)
  func `an array has the type, shape and elements that NumPy shows`(file: String) throws {
    var audit = Audit()
    let checkpoint = try NumPyFixture.open("accepts/" + file, audit: &audit)
    let listing = try JSONValue(parsing: Fixtures.bytes("numpy/accepts.json"))
    let expected = try #require(listing[file]?.members)
    #expect(checkpoint.tensors.map(\.name) == expected.map(\.key))
    for (tensor, member) in zip(checkpoint.tensors, expected) {
      #expect(tensor.dtype.rawValue == member.value["dtype"]?.string)
      #expect(tensor.shape.dimensions == member.value["shape"]?.elements?.compactMap(\.integer))
      #expect(NumPyFixture.hex(tensor.content) == member.value["hex"]?.string)
    }
    #expect(audit.warnings.isEmpty)
  }

  @Test(arguments: rejects)
  func `a file that breaks a rule is refused under that rule`(file: String) {
    var audit = Audit()
    let error = #expect(throws: Rejection.self) {
      try NumPyFixture.open("rejects/" + file, audit: &audit)
    }
    #expect(error?.rule.id == String(file.prefix(3)))
  }

  @Test(arguments: ["N09-trailing.npy", "N10-text-member.npz"])
  func `a relaxed rule lets the file in with a warning`(file: String) throws {
    let id = String(file.prefix(3))
    var audit = Audit(leniency: [id])
    let checkpoint = try NumPyFixture.open("rejects/" + file, audit: &audit)
    #expect(audit.warnings.map(\.rule.id) == [id])
    #expect(checkpoint.tensors.count == 1)
  }

  @Test func `arrays of Python objects are refused as dangerous`() {
    #expect(NumPyRules.objects.status == .refused)
  }

  @Test func `every fixture is named here`() throws {
    #expect(try Fixtures.names(in: "numpy/accepts") == Self.accepts)
    #expect(try Fixtures.names(in: "numpy/rejects") == Self.rejects)
  }

  @Test(arguments: [
    "stored.npz", "scalar.npy", "bfloat16-name.npy", "python-2-longs.npy", "fortran-big.npy",
  ])
  func `cutting or changing any byte never traps`(file: String) throws {
    let bytes = try Fixtures.bytes("numpy/accepts/" + file)
    let leniency = Set(NumPyRules.all.map(\.id) + ["Z04", "Z06"])
    let step = bytes.count > 1000 ? 41 : 1
    for position in stride(from: 0, to: bytes.count, by: step) {
      var changed = bytes
      changed[position] ^= 1 << (position % 8)
      for content in [Array(bytes[..<position]), changed] {
        var audit = Audit(leniency: leniency)
        let input = CheckpointInput(path: "", storage: Storage(content))
        _ = try? NumPyFixture.open(input, audit: &audit)
      }
    }
  }
}
