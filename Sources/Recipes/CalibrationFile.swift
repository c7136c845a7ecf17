public import Checkpoints
public import Diagnostics
internal import JSON
public import LanguageModels
internal import TensorCore
public import TensorOps

/// A calibration as a checkpoint: for each weight `second_moment`, `abs_max`, `mean_abs`, `mean`
/// and `count` of its input. Weights with one input share their tensors.
public enum CalibrationFile {
  /// The statistics of one weight's input.
  public struct Entry: Sendable {
    /// Σ xᵀx, not divided.
    public let secondMoment: Matrix
    /// max |x| of every channel.
    public let maxima: [Float]
    /// The mean of |x| of every channel.
    public let meanMagnitudes: [Double]
    /// The mean of x of every channel.
    public let means: [Double]
    /// How many rows there were.
    public let rowCount: Int
  }

  private static let format = "birdie-calibration"

  /// The calibration's tensors; `origin` says what model it is of. What is moved into the
  /// checkpoint leaves `calibration`, so that large matrices are in memory once.
  public static func checkpoint(
    of calibration: consuming Calibration, origin: String
  ) -> Checkpoint {
    var tensors: [NamedTensor] = []
    var ties: [[String]] = []
    var calibration = calibration
    for place in calibration.layers.indices {
      let layer = calibration.layers[place]
      calibration.layers[place].statistics = RowStatistics(width: 0)
      for (kind, tensor) in parts(of: layer.statistics) {
        let names = layer.weights.map { "\($0).\(kind)" }
        tensors += names.map { NamedTensor(name: $0, content: .dense(tensor)) }
        if names.count > 1 { ties.append(names) }
      }
    }
    return Checkpoint(
      format: "safetensors",
      tensors: tensors,
      metadata: [
        "format": format, "model": origin, "tokens": "\(calibration.tokenCount)",
        "sequence_length": "\(calibration.sequenceLength)",
      ], ties: ties)
  }

  private static func parts(of statistics: RowStatistics) -> [(String, Tensor)] {
    let width = statistics.width
    let count = Double(max(statistics.rowCount, 1))
    return [
      ("second_moment", Tensor(statistics.secondMoment.elements, .f64, [width, width])),
      ("abs_max", Tensor(statistics.maxima, .f32, [width])),
      ("mean_abs", Tensor(statistics.magnitudeSums.map { $0 / count }, .f64, [width])),
      ("mean", Tensor(statistics.sums.map { $0 / count }, .f64, [width])),
      ("count", Tensor([Int64(statistics.rowCount)], .i64, [])),
    ]
  }

  /// The statistics in a checkpoint, by weight; throws H03 where it is not a calibration.
  public static func read(_ checkpoint: Checkpoint) throws(Rejection) -> [String: Entry] {
    do throws(Rejection) {
      guard checkpoint.metadata["format"] == format else {
        throw Rejection(CalibrationRules.notACalibration, "its format is not \(format)")
      }
      let reader = CalibrationReader(checkpoint)
      var entries: [String: Entry] = [:]
      for weight in reader.weights { entries[weight] = try reader.entry(of: weight) }
      return entries
    } catch {
      throw error.inside(Place(file: checkpoint.path))
    }
  }
}

/// Takes the statistics out of a checkpoint.
private struct CalibrationReader {
  private var contents: [String: TensorContent] = [:]
  /// The weights, by their second moments.
  private(set) var weights: [String] = []
  private static let suffix = ".second_moment"

  init(_ checkpoint: Checkpoint) {
    for tensor in checkpoint.tensors { contents[tensor.name] = tensor.content }
    // Names that share elements are noted beside the one that was written.
    for tie in checkpoint.ties {
      guard let content = tie.compactMap({ contents[$0] }).first else { continue }
      for name in tie { contents[name] = content }
    }
    weights = contents.keys.filter { $0.hasSuffix(Self.suffix) }
      .map { String($0.dropLast(Self.suffix.count)) }.sorted()
  }

  func entry(of weight: String) throws(Rejection) -> CalibrationFile.Entry {
    let moments: [Double] = try elements("second_moment", of: weight, .f64, nil)
    let width = Int(Double(moments.count).squareRoot())
    let counts: [Int64] = try elements("count", of: weight, .i64, [])
    let entry = CalibrationFile.Entry(
      secondMoment: Matrix(moments, rowCount: width, columnCount: width),
      maxima: try elements("abs_max", of: weight, .f32, [width]),
      meanMagnitudes: try elements("mean_abs", of: weight, .f64, [width]),
      means: try elements("mean", of: weight, .f64, [width]),
      rowCount: counts.first.flatMap(Int.init(exactly:)) ?? -1)
    guard entry.rowCount >= 0, moments.allSatisfy(\.isFinite) else {
      throw damage(weight, "a count or a moment is no number to compute with")
    }
    return entry
  }

  /// The elements of one part; a shape of nil stands for any square one.
  private func elements<Element: BitwiseCopyable>(
    _ kind: String, of weight: String, _ dtype: DType, _ dimensions: [Int]?
  ) throws(Rejection) -> [Element] {
    let name = "\(weight).\(kind)"
    guard case .dense(let tensor)? = contents[name], tensor.dtype == dtype,
      let storage = tensor.contiguousStorage
    else { throw damage(name, "there is no \(dtype.rawValue) tensor of this name") }
    let shape = tensor.shape.dimensions
    guard dimensions.map({ $0 == shape }) ?? (shape.count == 2 && shape[0] == shape[1]) else {
      throw damage(name, "the shape \(shape) does not fit")
    }
    let bytes = storage.bytes
    return [Element](unsafeUninitializedCapacity: tensor.shape.elementCount) { target, count in
      count = tensor.shape.elementCount
      bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(target).copyMemory(from: $0) }
    }
  }

  private func damage(_ tensor: String, _ message: String) -> Rejection {
    Rejection(CalibrationRules.notACalibration, message, at: Place(tensor: tensor))
  }
}
