@testable import Checkpoints
import Glibc
import TestSupport
import Testing

/// The Python program that decodes an artifact.
struct PythonDecoderTests {
  private func decoder(_ name: String) throws -> PythonDecoder {
    let path = Fixtures.path("birdie/accepts/\(name)/artifact.birdie")
    return try #require(try Checkpoint.open(path).pythonDecoder())
  }

  private static var marks: [Substring] {
    PythonDecoder.text.split(separator: "\n").map { $0.drop { $0 == " " } }
      .filter { $0.hasPrefix("#[") || $0 == "#]" }
  }

  @Test func `sections are closed`() {
    var depth = 0
    for mark in Self.marks {
      depth += mark == "#]" ? -1 : 1
      #expect(depth >= 0)
    }
    #expect(depth == 0)
  }

  @Test(arguments: ArtifactFixtureTests.accepts)
  func `whatever an artifact uses has a section`(name: String) throws {
    let known = Set(
      Self.marks.flatMap { $0.hasPrefix("#[") ? $0.dropFirst(2).split(separator: " ") : [] })
    #expect(try decoder(name).features.isSubset(of: known))
  }

  @Test func `a section is there for its features alone`() throws {
    // What only the section of a feature says: the polynomials of trellises, the 5 digits of a byte.
    let marks = ["trellis": #"\1\2\2\4"#, "encoding-ternary": "27,81"]
    for (name, _) in marks {
      for (other, text) in marks {
        #expect(try decoder(name).source.contains(text) == (name == other), "\(name): \(text)")
      }
    }
  }

  @Test func `a decoder of scaled codes is small enough to ship`() throws {
    let original = try Checkpoint.open(Fixtures.path("golf/accepts/wm-int6-zstd/artifact"))
    let folder = try TemporaryFolder()
    var options = ConversionOptions()
    options.format = .birdie
    _ = try original.convert(to: folder.path("a.birdie"), options)
    let decoder = try #require(try Checkpoint.open(folder.path("a.birdie")).pythonDecoder())
    let count = try #require(decoder.compressedByteCount)
    #expect(count <= 2500)
  }

  @Test func `only an artifact has a decoder`() throws {
    let checkpoint = try Checkpoint.open(Fixtures.path("safetensors/accepts/tied.safetensors"))
    #expect(try checkpoint.pythonDecoder() == nil)
  }
}
