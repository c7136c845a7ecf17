import ByteCodecs
import Diagnostics
import Testing
import TestSupport

struct RejectedStreamTests {
  private static let unwrapped = [
    "C01-brotli-bomb", "C01-zstd-bomb", "C01-xz-bomb", "C01-zstd-window", "C01-xz-dictionary",
    "C01-lrzip-size", "C02-zstd-frames", "C02-zstd-skippable", "C02-xz-padding",
    "C02-zlib-trailing", "C02-brotli-trailing", "C02-lrzip-gap", "C03-zlib-adler",
    "C03-zstd-checksum", "C03-xz-data", "C03-lrzip-md5", "C03-lrzip-literal", "C03-lrzip-zpaq",
    "C03-zlib-half", "C03-zlib-last", "C03-zstd-half", "C03-zstd-last", "C03-xz-half",
    "C03-xz-last", "C03-brotli-half", "C03-brotli-last", "C03-lrzip-stored-half",
    "C03-lrzip-stored-last", "C03-lrzip-zpaq1-half", "C03-lrzip-zpaq1-last", "C05-stride0",
    "C05-stride1", "C05-stride65", "C05-stride-beyond-payload", "C05-no-zip", "C10-lrzip-more",
    "C10-lrzip-less", "C10-lrzip-2e63", "C11-five-layers", "C12-lrzip-gzip", "C12-lrzip-bzip2",
    "C12-lrzip-lzma", "C12-lrzip-encrypted", "C12-lrzip-version",
  ]
  private static let containers = ["C06-count", "C06-length", "C06-leftover", "C06-header"]

  @Test(arguments: unwrapped)
  func `a fixture is rejected under the rule that it is named after`(name: String) throws {
    let bytes = try Fixtures.bytes("compressed/rejects/\(name).bin")
    let rule = rejectedRule { () throws(Rejection) in _ = try UnwrappedArtifact(bytes) }
    #expect(rule == String(name.prefix(3)))
  }

  @Test(arguments: containers)
  func `a container whose table lies is rejected`(name: String) throws {
    let bytes = try Fixtures.bytes("compressed/rejects/\(name).bin")
    let rule = rejectedRule { () throws(Rejection) in _ = try PerGroupContainer.parse(bytes.raw) }
    #expect(rule == "C06")
  }

  @Test func `every rejected fixture is named in a test`() throws {
    let named = (Self.unwrapped + Self.containers + ["C04-text"]).map { $0 + ".bin" }.sorted()
    #expect(try Fixtures.names(in: "compressed/rejects") == named)
  }

  @Test(arguments: ["zlib", "zstd", "xz", "brotli", "lrzip-stored"])
  func `a stream of another length than expected is rejected`(name: String) throws {
    let bytes = try Fixtures.bytes("compressed/accepts/\(name).bin")
    let count = try Fixtures.bytes("compressed/accepts/plain.bin").count
    for expected in [count - 1, count + 1] {
      let limits = DecodeLimits().expecting(expected)
      let rule = rejectedRule { () throws(Rejection) in
        _ = try UnwrappedArtifact(bytes, limits: limits)
      }
      #expect(rule == "C10")
    }
  }

  @Test(arguments: ["zlib", "zstd", "xz", "brotli", "lrzip-stored"])
  func `no codec gives more than the limit on output`(name: String) throws {
    let bytes = try Fixtures.bytes("compressed/accepts/\(name).bin")
    var limits = DecodeLimits()
    limits.maximumOutput = 100
    let rule = rejectedRule { () throws(Rejection) in
      _ = try UnwrappedArtifact(bytes, limits: limits)
    }
    #expect(rule == "C01")
  }

  @Test func `a ZPAQ model larger than the memory limit is rejected`() throws {
    let bytes = try Fixtures.bytes("compressed/accepts/lrzip-zpaq3.bin")
    var limits = DecodeLimits()
    limits.memoryLimit = 1 << 20
    let rule = rejectedRule { () throws(Rejection) in
      _ = try UnwrappedArtifact(bytes, limits: limits)
    }
    #expect(rule == "C01")
  }

  @Test func `rule ids are unique and in order`() {
    let ids = ByteCodecRules.all.map(\.id)
    #expect(ids == Set(ids).sorted())
    #expect(ids.count == 10)
  }
}
