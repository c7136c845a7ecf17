import Diagnostics
import Testing
import TestSupport
import Xet

/// What Xet's client uploaded, read here: its numbers must be ours.
struct UploadTests {
  @Test(arguments: try Upload.all())
  func `a shard names the files as the client does`(_ upload: Upload) throws {
    let files = try upload.shard().files
    #expect(files.map(\.hash).sorted() == upload.files.map(\.hash).sorted())
    for expected in upload.files {
      let file = try #require(files.first { $0.hash == expected.hash })
      #expect(file.byteCount == expected.byteCount)
      let digits = file.sha256.map { $0.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) } }
      #expect(digits?.joined() == expected.sha256)
    }
  }

  @Test(arguments: try Upload.all())
  func `content is cut where the client cuts it`(_ upload: Upload) throws {
    let files = try upload.shard().files
    for expected in upload.files {
      let content = UploadContent.bytes(of: expected.name)
      let file = try #require(files.first { $0.hash == expected.hash })
      let chunks = try Upload.chunks(of: file)
      let counts = content.chunkByteCounts()
      #expect(counts == chunks.map(\.byteCount))
      #expect(content.chunkHashes(counts) == chunks.map(\.hash))
    }
  }

  @Test(arguments: try Upload.all())
  func `a file's chunks have the client's hash, and its runs the client's proofs`(
    _ upload: Upload
  ) throws {
    for file in try upload.shard().files {
      let chunks = try Upload.chunks(of: file).map { ($0.hash, $0.byteCount) }
      #expect(XetHash.file(ofChunks: chunks) == file.hash)
      for segment in file.segments {
        let run = try Upload.chunks(of: segment)
        #expect(run.reduce(0) { $0 + $1.byteCount } == segment.byteCount)
        #expect(XetHash.range(of: run.map(\.hash)) == segment.verification)
      }
    }
  }

  @Test(arguments: try Upload.all())
  func `a listed xorb has the hash that it was uploaded under`(_ upload: Upload) throws {
    let xorbs = try upload.shard().xorbs
    #expect(xorbs.map(\.hash) == upload.xorbs)
    for xorb in xorbs {
      #expect(XetHash.root(of: xorb.chunks.map { ($0.hash, $0.byteCount) }) == xorb.hash)
    }
  }

  @Test(arguments: try Upload.withXorb())
  func `a xorb holds the chunks that its shard lists`(_ upload: Upload) throws {
    let bytes = try upload.xorbBytes()
    let xorb = try Xorb(parsing: bytes.raw)
    let listed = try #require(try upload.shard().xorbs.first)
    #expect(xorb.hash == listed.hash)
    #expect(xorb.chunks.map(\.hash) == listed.chunks.map(\.hash))
    #expect(xorb.chunks.map(\.byteCount) == listed.chunks.map(\.byteCount))
    #expect(xorb.byteCount == listed.byteCount)
  }

  @Test(arguments: try Upload.withXorb())
  func `a file is rebuilt from its runs of chunks`(_ upload: Upload) throws {
    let bytes = try upload.xorbBytes()
    let xorb = try Xorb(parsing: bytes.raw)
    let files = try upload.shard().files
    for expected in upload.files {
      var content: [UInt8] = []
      for segment in try #require(files.first { $0.hash == expected.hash }).segments {
        let first = xorb.chunks[segment.chunks.lowerBound].storedRange
        let last = xorb.chunks[segment.chunks.upperBound - 1].storedRange
        let stored = first.lowerBound..<last.upperBound
        _ = try Xorb(parsing: bytes.raw.extracting(stored)) { (chunk, _) throws(Rejection) in
          content += chunk.withUnsafeBytes { Array($0) }
        }
      }
      #expect(content == UploadContent.bytes(of: expected.name))
    }
  }

  @Test func `a file that was uploaded after its half points into the first one's xorb`() throws {
    let first = try Upload.named("halves.1").shard()
    let second = try Upload.named("halves.2").shard()
    #expect(second.files[0].segments.map(\.xorb) == [first.xorbs[0].hash, second.xorbs[0].hash])
  }

  @Test(arguments: try Upload.all())
  func `a shard that is written again has the client's bytes`(_ upload: Upload) throws {
    let bytes = try upload.shardBytes()
    #expect(try Shard(parsing: bytes.raw).bytes == bytes)
  }

  @Test func `footers change nothing`() throws {
    let (shard, xorb) = (
      try Fixtures.bytes("xet/accepts/byte-footer.shard"),
      try Fixtures.bytes("xet/accepts/byte-footer.xorb")
    )
    let upload = try Upload.named("byte")
    #expect(try Shard(parsing: shard.raw) == upload.shard())
    #expect(try Xorb(parsing: xorb.raw).hash == upload.xorbs.first)
    var chunks: [[UInt8]] = []
    _ = try Xorb(parsing: xorb.raw) { (chunk, _) throws(Rejection) in
      chunks.append(chunk.withUnsafeBytes { Array($0) })
    }
    #expect(chunks == [[0x42]])
  }
}
