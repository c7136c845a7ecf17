import Diagnostics
import Testing
import Xet

struct XorbWriterTests {
  /// The chunks of a file as the chunker cuts it.
  func chunks(of file: String) -> [[UInt8]] {
    let content = UploadContent.bytes(of: file)
    var start = 0
    return content.chunkByteCounts().map { count in
      defer { start += count }
      return Array(content[start..<(start + count)])
    }
  }

  @Test(arguments: try Upload.withXorb())
  func `a xorb of the client's chunks has the client's hash`(_ upload: Upload) throws {
    var contents: [[UInt8]] = []
    let uploaded = try upload.xorbBytes()
    _ = try Xorb(parsing: uploaded.raw) { (chunk, _) throws(Rejection) in
      contents.append(chunk.withUnsafeBytes { Array($0) })
    }
    var writer = XorbWriter()
    for content in contents {
      let isTaken = writer.append(content.raw)
      #expect(isTaken)
    }
    #expect(writer.xorb.hash == upload.xorbs.first)
    let bytes = writer.bytes
    let parsed = try Xorb(parsing: bytes.raw)
    #expect(parsed.hash == upload.xorbs.first)
    #expect(parsed.chunks == writer.xorb.chunks)
  }

  @Test(arguments: ["noise", "tail1", "tail2", "tail3", "layer", "zeros", "byte"])
  func `what was written is read again`(file: String) throws {
    let chunks = chunks(of: file)
    var writer = XorbWriter()
    for chunk in chunks { _ = writer.append(chunk.raw) }
    let bytes = writer.bytes
    var read: [[UInt8]] = []
    _ = try Xorb(parsing: bytes.raw) { (chunk, _) throws(Rejection) in
      read.append(chunk.withUnsafeBytes { Array($0) })
    }
    #expect(read == chunks)
  }

  @Test(arguments: [("noise", UInt8(0)), ("log", 1), ("layer", 2)])
  func `a chunk is stored in the way that is shortest`(file: String, scheme: UInt8) {
    var writer = XorbWriter()
    let chunk = chunks(of: file)[0]
    _ = writer.append(chunk.raw)
    #expect(writer.bytes[4] == scheme)
  }

  @Test func `a full xorb takes no more chunks and stays as it is`() {
    var limits = XorbLimits()
    limits.chunkCount = 2
    var writer = XorbWriter(limits: limits)
    let taken = [UInt8](0..<3).map { byte in
      let content = [byte]
      return writer.append(content.raw)
    }
    #expect(taken == [true, true, false])
    #expect(writer.bytes == [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1])
  }

  @Test func `a xorb never grows beyond its limit`() {
    var limits = XorbLimits()
    limits.storedByteCount = 26
    var writer = XorbWriter(limits: limits)
    // Headers of 8 bytes, and contents too short to compress: 9, then 18 are too many, then 26.
    let taken = [1, 10, 9].map { count in
      let content = [UInt8](repeating: 3, count: count)
      return writer.append(content.raw)
    }
    #expect(taken == [true, false, true])
    #expect(writer.bytes.count == 26)
  }
}
