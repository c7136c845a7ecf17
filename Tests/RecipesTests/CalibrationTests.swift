import Checkpoints
import Diagnostics
import JSON
import LanguageModels
import Recipes
import TensorCore
import TensorOps
import TestSupport
import Testing

/// Statistics of a small model's layers, beside those that an independent implementation computed
/// in double precision.
struct CalibrationTests {
  private static let folder = "language_models/hessian/"
  private let golden: Checkpoint
  private let loaded: LoadedModel
  private let sequences: [[Int]]

  init() throws {
    golden = try Checkpoint.open(Fixtures.path(Self.folder + "expected.safetensors"))
    loaded = try LoadedModel(
      Checkpoint.open(Fixtures.path(Self.folder + "model.safetensors")),
      configuration: JSONValue(parsing: Fixtures.bytes(Self.folder + "config.json")))
    let json = try JSONValue(parsing: Fixtures.bytes(Self.folder + "tokens.json"))
    // The last token of a sequence is only a target.
    sequences = try #require(json.elements).map {
      ($0.elements ?? []).compactMap(\.integer).dropLast()
    }
  }

  /// The statistics of all sequences, each gathered as one window.
  private func calibrations() throws -> [Calibration] {
    let layers = try CalibrationLayers(of: loaded.model) { _ in true }
    return try sequences.map { sequence in
      try Calibration(
        of: loaded.model, layers, on: sequence.map(UInt16.init), length: sequence.count)
    }
  }

  private func elements(_ name: String) throws -> [Double] {
    let tensor = try #require(golden.tensors.first { $0.name == name })
    guard case .dense(let dense) = tensor.content, let storage = dense.contiguousStorage
    else { return [] }
    let bytes = storage.bytes
    return bytes.withUnsafeBytes { raw in
      switch dense.dtype {
      case .f64: Array(raw.bindMemory(to: Double.self))
      case .i64: raw.bindMemory(to: Int64.self).map(Double.init)
      default: []
      }
    }
  }

  /// Whether all numbers are the oracle's; the activations themselves are float32.
  private func agree(_ sums: [Double], _ expected: [Double], _ tolerance: Double) -> Bool {
    let scale = expected.reduce(0) { max($0, abs($1)) }
    return sums.count == expected.count && !expected.isEmpty
      && zip(sums, expected).allSatisfy { abs($0 - $1) <= tolerance * scale }
  }

  @Test func `statistics are those of the oracle to a millionth`() throws {
    let parts = try calibrations()
    var weights: Set<String> = []
    for (place, layer) in parts[0].layers.enumerated() {
      let statistics = parts.map { $0.layers[place].statistics }
      func sum(_ part: (RowStatistics) -> [Double]) -> [Double] {
        statistics.map(part).reduce([]) { sum, next in
          sum.isEmpty ? next : zip(sum, next).map(+)
        }
      }
      let count = Double(statistics.reduce(0) { $0 + $1.rowCount })
      for weight in layer.weights {
        weights.insert(weight)
        let moments = try elements(weight + ".second_moment")
        #expect(agree(sum(\.secondMoment.elements), moments, 1e-6), "\(weight)")
        #expect(agree(sum(\.sums).map { $0 / count }, try elements(weight + ".mean"), 1e-6))
        #expect(try elements(weight + ".count") == [count])
        let maxima = statistics.map(\.maxima).reduce([Float](repeating: 0, count: 0)) { a, b in
          a.isEmpty ? b : zip(a, b).map(max)
        }
        #expect(agree(maxima.map(Double.init), try elements(weight + ".abs_max"), 1e-6))
      }
    }
    let suffix = ".second_moment"
    let wanted = golden.tensors.map(\.name).filter { $0.hasSuffix(suffix) }
    #expect(weights == Set(wanted.map { String($0.dropLast(suffix.count)) }))
  }

  @Test func `weights that read one input share its statistics`() throws {
    let layers = try CalibrationLayers(of: loaded.model) { _ in true }
    let first = try #require(layers.groups.first).weights
    #expect(first == ["c_q", "c_k", "c_v"].map { "blocks.0.attn.\($0).weight" })
    // The second layer of three runs twice.
    let repeated = layers.groups.filter { $0.showingCount == 2 }
    #expect(repeated.count == 4)
    #expect(repeated.allSatisfy { $0.weights[0].hasPrefix("blocks.1.") })
  }

  @Test(arguments: [
    ("attn_gate_dense", "blocks.1.attn.attn_gate_w", "blocks.1.attn.c_q.weight"),
    ("attn_gate_proj", "blocks.0.attn.attn_gate_proj.weight", "blocks.0.attn.c_q.weight"),
  ])
  func `a gate reads the first channels of what the queries read`(
    model: String, gate: String, queries: String
  ) throws {
    let parts = try ModelParts(model)
    let model = try parts.open()
    let calibration = try Calibration(
      of: model, CalibrationLayers(of: model) { _ in true }, on: [3, 1, 4, 1, 5, 9], length: 6)
    func moments(_ weight: String) throws -> Matrix {
      let layer = calibration.layers.first { $0.weights.contains(weight) }
      return try #require(layer).statistics.secondMoment
    }
    let (part, whole) = (try moments(gate), try moments(queries))
    let width = try #require(parts.tensors[gate]).shape[1]
    #expect(part.rowCount == width)
    let corner = (0..<width).flatMap { row in
      whole.elements[(row * whole.columnCount)..<(row * whole.columnCount + width)]
    }
    #expect(agree(part.elements, corner, 1e-12))
  }

  @Test func `the gate of a windowed smear has statistics`() throws {
    let model = try ModelParts("smear_windowed").open()
    let layers = try CalibrationLayers(of: model) { $0 == "smear_gate.weight" }
    #expect(layers.groups.map(\.width) == [12])
  }

  @Test func `a file gives back what was gathered`() throws {
    let calibration = try #require(try calibrations().first)
    let folder = try TemporaryFolder()
    let path = folder.path("stats.safetensors")
    _ = try CalibrationFile.checkpoint(of: calibration, origin: "m").convert(
      to: path, ConversionOptions())
    let read = try CalibrationFile.read(Checkpoint.open(path))
    #expect(Set(read.keys) == Set(calibration.layers.flatMap(\.weights)))
    for layer in calibration.layers {
      for weight in layer.weights {
        let entry = try #require(read[weight])
        #expect(entry.secondMoment == layer.statistics.secondMoment)
        #expect(entry.maxima == layer.statistics.maxima)
        #expect(entry.rowCount == layer.statistics.rowCount)
        let count = Double(entry.rowCount)
        #expect(entry.means == layer.statistics.sums.map { $0 / count })
        #expect(entry.meanMagnitudes == layer.statistics.magnitudeSums.map { $0 / count })
      }
    }
  }

  @Test func `a checkpoint that is no calibration is rejected`() throws {
    let rejection = #expect(throws: Rejection.self) { try CalibrationFile.read(golden) }
    #expect(rejection?.rule.id == "H03")
    let calibration = try #require(try calibrations().first)
    let whole = CalibrationFile.checkpoint(of: calibration, origin: "m")
    for kind in ["abs_max", "mean_abs", "mean", "count"] {
      var part = whole
      part.tensors.removeAll { $0.name == "tok_emb.weight." + kind }
      let rejection = #expect(throws: Rejection.self) { try CalibrationFile.read(part) }
      #expect(rejection?.rule.id == "H03")
      #expect(rejection?.place.tensor == "tok_emb.weight." + kind)
    }
    var poisoned = whole
    let place = try #require(
      poisoned.tensors.firstIndex { $0.name == "tok_emb.weight.second_moment" })
    let width = poisoned.tensors[place].shape[0]
    let bytes = [UInt8](repeating: 0xff, count: 8 * width * width)
    poisoned.tensors[place].content = .dense(
      try #require(
        Tensor(dtype: .f64, shape: poisoned.tensors[place].shape, storage: Storage(bytes))))
    #expect(throws: Rejection.self) { try CalibrationFile.read(poisoned) }
  }

  @Test func `layers that do not fit or do not exist are refused by name`() throws {
    let none = #expect(throws: Rejection.self) {
      try CalibrationLayers(of: loaded.model) { _ in false }
    }
    #expect(none?.rule.id == "H02")
    let short = #expect(throws: Rejection.self) {
      try Calibration(
        of: loaded.model, try CalibrationLayers(of: loaded.model) { _ in true }, on: [1, 2],
        length: 3)
    }
    #expect(short?.rule.id == "E02")
    let foreign = #expect(throws: Rejection.self) {
      try Calibration(
        of: loaded.model, try CalibrationLayers(of: loaded.model) { _ in true }, on: [1, 60_000],
        length: 2)
    }
    #expect(foreign?.rule.id == "E01")
  }
}
