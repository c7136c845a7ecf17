import Records
import TestSupport
import Testing

struct TrainingLogTests {
  private func log(_ text: String, name: String = "train.log") throws -> TrainingLog {
    let record = try SmallRecord()
    try record.write(name, text)
    let logs = try RecordFolder(scanning: record.path).logs
    return try #require(logs.first { $0.path.description == name })
  }

  @Test func `the last score counts, and the script in front of it does not`() throws {
    let log = try log(SmallRecord.log(seed: 42, bpb: 1.2252, bytes: 15_800_000))
    #expect(log.scores.map(\.valBPB) == [1.2213, 1.2252, 1.2252])
    #expect(log.finalScore?.label == "final_int8_zlib_roundtrip_exact")
    #expect(log.finalScore?.valLoss == 2.07269931)
  }

  @Test func `the compressed model's size counts, whichever comes last`() throws {
    let log = try log(
      "Total submission size int8+zlib: 15863489 bytes\nTotal submission size: 67272625 bytes\n")
    #expect(log.totalByteCount == 15_863_489)
    #expect(try self.log("Total submission size: 16000 bytes\n").totalByteCount == 16000)
  }

  @Test(arguments: [
    ("quantized_ttt_phased val_loss:2.33 val_bpb:1.0653 eval_time:1ms", "quantized_ttt_phased"),
    ("final_sliding val_loss:2.33 val_bpb:1.0653 (stride=16, T=0.9) time:1ms", "final_sliding"),
    ("final_eval_exact stride:64 val_loss:2.33 val_bpb:1.0653", "final_eval_exact"),
    ("17.25 quantized_ttt val_loss:2.33 val_bpb:1.0653", "quantized_ttt"),
    ("final_exact sliding val_loss:2.33 sliding val_bpb:1.0653", "final_exact sliding"),
    ("final val_loss: 2.33 val_bpb: 1.0653\r", "final"),
  ])
  func `lines that scripts print are scores`(line: String, label: String) throws {
    let score = try #require(try log(line + "\n").finalScore)
    #expect(score.label == label)
    #expect(score.valBPB == 1.0653)
    #expect(score.valLoss == 2.33)
  }

  @Test(arguments: [
    "step:10/20 val_loss:2.33 val_bpb:1.0653", "12.5 10/20 val_loss: 2.3 val_bpb: 1.1",
    "val_bpb:enabled tokenizer_kind=sentencepiece", "  final val_bpb:1.1", "final val_bpb:nan",
    "final val_bpb:-1", "final val_bpb:", "final val_bpb:{q_val_bpb:.4f}", "final val_bpb 1.1",
  ])
  func `other lines are none`(line: String) throws {
    #expect(try log(line + "\n").scores.isEmpty)
  }

  @Test(arguments: ["pre-quantization post-ema", "DIAGNOSTIC post_ema", "diagnostic quantized"])
  func `scores from before are no final ones`(label: String) throws {
    let log = try log("\(label) val_loss:2.3 val_bpb:1.1\n")
    #expect(log.scores.count == 1)
    #expect(log.finalScore == nil)
  }

  @Test(arguments: [
    ("train_seed42.log", 42), ("train-SEED-7_b.log", 7), ("seed_0.log", 0),
    ("seedling_seed3.log", 3), ("train_v0.log", nil), ("seed.log", nil),
    ("seed99999999999999999999.log", nil),
  ])
  func `seeds are read in names`(name: String, seed: Int?) throws {
    #expect(try log("nothing\n", name: name).namedSeed == seed)
  }

  @Test(arguments: [
    ("seed:1337", 1337), ("  seed: 42", 42), ("seed: 1\nseed: 2", 1), ("seed: int = 42", nil),
    ("seeds:5", nil), ("seed:", nil),
  ])
  func `seeds are read in what runs print`(text: String, seed: Int?) throws {
    #expect(try log(text + "\n").printedSeed == seed)
  }

  @Test func `bytes that are no text do no harm`() throws {
    let record = try SmallRecord()
    let noise = Array("\u{0}seed:3\n".utf8) + [0xFF, 0x0A, 0x80] + Array(": val_bpb:".utf8)
    try record.write("noise.log", noise + Array("\nfinal val_bpb:1.5".utf8))
    let logs = try RecordFolder(scanning: record.path).logs
    #expect(logs.first { $0.path.description == "noise.log" }?.scores.map(\.valBPB) == [1.5])
  }
}
