internal import Diagnostics

/// One block of a chunk's stream: where its data lies and what it decodes to.
struct LrzipBlock {
  let kind: UInt8
  let data: Range<Int>
  let outputCount: Int
}

/// One chunk of an lrzip file: two streams, each a chain of blocks.
struct LrzipChunk {
  let isLast: Bool
  /// Bytes per length and offset in this chunk.
  let width: Int
  /// The rzip commands, then the literals.
  private(set) var streams: [[LrzipBlock]] = []
  /// Where the next chunk begins.
  let end: Int

  /// Reads the chains of the chunk at `position` and checks that they fill it without gaps.
  init(_ bytes: RawSpan, at position: Int, end limit: Int) throws(Rejection) {
    let body = bytes.extracting(..<limit)
    guard let width = body.byte(at: position), (1...8).contains(width),
      let last = body.byte(at: position + 1), last <= 1,
      body.number(at: position + 2, width: Int(width)) != nil
    else {
      throw Rejection(
        ByteCodecRules.damaged, "the lrzip chunk has no valid header", at: Place(offset: position))
    }
    self.width = Int(width)
    isLast = last == 1
    let walk = ChainWalk(body: body, base: position + 2 + Int(width), width: Int(width))
    var lengths: [Int] = []
    for stream in 0..<2 {
      let chain = try walk.blocks(startingAt: stream * walk.headerCount)
      streams.append(chain.blocks)
      lengths.append(chain.byteCount)
    }
    // Neither chain passes the end of the body, so the sum cannot overflow.
    end = walk.base + lengths[0] + lengths[1]
    let lastByte = streams.joined().map(\.data.upperBound).max() ?? walk.base
    guard lastByte == end else {
      throw Rejection(
        ByteCodecRules.damaged, "the blocks of the lrzip chunk overlap or leave gaps",
        at: Place(offset: position))
    }
  }
}

/// Follows the chain of blocks of one stream.
private struct ChainWalk: ~Escapable {
  let body: RawSpan
  /// Offsets in the chain count from here.
  let base: Int
  let width: Int

  @_lifetime(copy body)
  init(body: RawSpan, base: Int, width: Int) {
    self.body = body
    self.base = base
    self.width = width
  }

  var headerCount: Int { 1 + 3 * width }

  /// The blocks from the header at `offset` on, and how many bytes they take with their headers.
  func blocks(
    startingAt offset: Int
  ) throws(Rejection) -> (blocks: [LrzipBlock], byteCount: Int) {
    var blocks: [LrzipBlock] = []
    var byteCount = 0
    var offset = offset
    while true {
      let (block, next) = try block(at: offset)
      blocks.append(block)
      byteCount += headerCount + block.data.count
      if next == 0 { return (blocks, byteCount) }
      // Only forwards, and past what was read: a chain must not loop or share bytes.
      guard next >= block.data.upperBound - base else {
        throw Rejection(
          ByteCodecRules.damaged, "the chain of lrzip blocks runs backwards",
          at: Place(offset: base + offset))
      }
      offset = next
    }
  }

  private func block(at offset: Int) throws(Rejection) -> (LrzipBlock, next: Int) {
    let (start, overflow) = base.addingReportingOverflow(offset)
    guard !overflow, let kind = body.byte(at: start),
      let inputCount = body.number(at: start + 1, width: width),
      let outputCount = body.number(at: start + 1 + width, width: width),
      let next = body.number(at: start + 1 + 2 * width, width: width),
      inputCount <= body.byteCount - (start + headerCount)
    else {
      throw Rejection(
        ByteCodecRules.damaged, "an lrzip block lies beyond the end of the file",
        at: Place(offset: overflow ? base : start))
    }
    let data = start + headerCount..<start + headerCount + inputCount
    return (LrzipBlock(kind: kind, data: data, outputCount: outputCount), next)
  }
}
