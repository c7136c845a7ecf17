/// The bytes of a safetensors file: 8 bytes of header length, the header, the payload.
func safetensors(_ header: String, payload: [Float]) -> [UInt8] {
  let text = Array(header.utf8)
  let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
  return length + text + payload.withUnsafeBytes { Array($0) }
}

/// Two tensors: `a` is 1, 2 and `b.weight` is the matrix 3 4, 5 6.
func twoTensors(second: Float = 2) -> [UInt8] {
  safetensors(
    #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
      + #""b.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]}}"#,
    payload: [1, second, 3, 4, 5, 6])
}
