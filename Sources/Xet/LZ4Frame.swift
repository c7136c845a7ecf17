internal import CLZ4
internal import Diagnostics

/// Decodes LZ4 frames of a known length, one after another.
///
/// A class because the library keeps the address of its state.
@safe final class LZ4FrameDecoder {
  private let context: OpaquePointer

  init() throws(Rejection) {
    var context: OpaquePointer?
    let status = unsafe LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
    guard LZ4F_isError(status) == 0, let context = unsafe context else {
      throw Rejection(XetRules.chunkData, "no memory for the LZ4 decoder")
    }
    unsafe self.context = unsafe context
  }

  deinit { unsafe LZ4F_freeDecompressionContext(context) }

  /// Fills the first `byteCount` bytes of `output` with the content of the one frame of `data`.
  func decode(_ data: RawSpan, into output: inout [UInt8], byteCount: Int) throws(Rejection) {
    unsafe LZ4F_resetDecompressionContext(context)
    var (consumed, produced, hint) = (0, 0, 1)
    while hint != 0 {
      var (offered, room) = (data.byteCount - consumed, byteCount - produced)
      hint = step(data, from: consumed, &offered, &output, from: produced, &room)
      guard LZ4F_isError(hint) == 0 else {
        let reason = unsafe String(cString: LZ4F_getErrorName(hint))
        throw Rejection(XetRules.chunkData, "LZ4 frame: \(reason)")
      }
      consumed += offered
      produced += room
      guard hint == 0 || offered > 0 || room > 0 else {
        throw Rejection(
          XetRules.chunkData,
          "LZ4 frame does not end after \(consumed) bytes that give \(produced)")
      }
    }
    guard consumed == data.byteCount, produced == byteCount else {
      throw Rejection(
        XetRules.chunkData,
        "LZ4 frame of \(consumed) of \(data.byteCount) bytes gives \(produced) of \(byteCount)")
    }
  }

  private func step(
    _ data: RawSpan, from consumed: Int, _ offered: inout Int, _ output: inout [UInt8],
    from produced: Int, _ room: inout Int
  ) -> Int {
    // What was decoded stays where it is, so that the library keeps no copy to look back into.
    var options = LZ4F_decompressOptions_t()
    options.stableDst = 1
    // Both buffers outlive the call, and the library obeys the counts.
    return unsafe data.withUnsafeBytes { data in
      unsafe output.withUnsafeMutableBytes { output in
        unsafe LZ4F_decompress(
          context, output.baseAddress.map { unsafe $0 + produced }, &room,
          data.baseAddress.map { unsafe $0 + consumed }, &offered, &options)
      }
    }
  }
}

/// One LZ4 frame of `content`, as Xet's clients write it: blocks of 64 KiB, no checksums.
func lz4Frame(_ content: RawSpan) -> [UInt8] {
  var preferences = LZ4F_preferences_t()
  preferences.frameInfo.blockSizeID = LZ4F_max64KB
  preferences.frameInfo.blockMode = LZ4F_blockIndependent
  let bound = unsafe LZ4F_compressFrameBound(content.byteCount, &preferences)
  return unsafe Array(unsafeUninitializedCapacity: bound) { frame, count in
    // The bound makes the only error, a lack of room, impossible.
    count = unsafe content.withUnsafeBytes { content in
      unsafe LZ4F_compressFrame(
        frame.baseAddress, bound, content.baseAddress, content.count, &preferences)
    }
    precondition(LZ4F_isError(count) == 0, "LZ4 frames fit their bound")
  }
}
