import Checkpoints
import JSON
import TestSupport

/// A record of a few hundred bytes that has all the challenge asks for.
struct SmallRecord {
  let folder: TemporaryFolder
  let path: String

  static let submission = """
    {"author": "Ada Example", "github_id": "ada-example", "name": "Small", "date": "2026-03-20",
     "track": "10min_16mb", "blurb": "Small and whole.", "val_bpb": 1.2251, "seeds": [42, 7],
     "seed_results": {"42": {"val_bpb": 1.2252, "artifact_bytes": 15800000},
                      "7": {"val_bpb": 1.225, "artifact_bytes": 15700000}},
     "bytes_total": 15800000, "bytes_code": 11}
    """

  /// What a script prints at the end of a run.
  static func log(seed: Int, bpb: Double, bytes: Int) -> String {
    """
    import torch
        print(f"final_int8_zlib_roundtrip val_loss:{q_val_loss:.4f} val_bpb:{q_val_bpb:.4f}")
    seed:\(seed)
    step:1000/2000 val_loss:2.2000 val_bpb:1.3000 train_time:1ms
    pre-quantization post-ema val_loss:2.1000 val_bpb:1.2213 eval_time:9ms
    Serialized model: 67224983 bytes
    Code size: 11 bytes
    Total submission size: 67224994 bytes
    Serialized model int8+zlib: \(bytes - 11) bytes (payload:17178912 raw_torch:17224025)
    Total submission size int8+zlib: \(bytes) bytes
    final_int8_zlib_roundtrip val_loss:2.0727 val_bpb:\(bpb) eval_time:1404ms
    final_int8_zlib_roundtrip_exact val_loss:2.07269931 val_bpb:\(bpb)

    """
  }

  init(submission: String? = Self.submission) throws {
    folder = try TemporaryFolder()
    path = try folder.makeFolder("2026-03-20_Small")
    if let submission { try write("submission.json", submission) }
    try write("README.md", "# Small\n\nA small record.\n")
    try write("train_gpt.py", "print('hi')")
    try write("train_seed42.log", Self.log(seed: 42, bpb: 1.2252, bytes: 15_800_000))
    try write("train_seed7.log", Self.log(seed: 7, bpb: 1.2250, bytes: 15_700_000))
  }

  func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try folder.write("2026-03-20_Small/\(name)", bytes)
  }

  /// Two tensors of two float32 numbers: [1, 2] and [3, last].
  static func safetensors(last: Float = 4) -> [UInt8] {
    let header = """
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},\
      "b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}
      """
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let values: [Float] = [1, 2, 3, last]
    return withUnsafeBytes(of: UInt64(padded.utf8.count).littleEndian) { Array($0) }
      + Array(padded.utf8)
      + values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
  }
}
