internal import JSON
public import LanguageModels
public import Quantization
internal import TensorOps

extension InputStatistics {
  /// What a calibration says of each weight's input; weights that read the same one share it.
  public static func of(_ calibration: Calibration) -> [String: InputStatistics] {
    var statistics: [String: InputStatistics] = [:]
    for layer in calibration.layers {
      let rows = layer.statistics
      let shared = InputStatistics(
        secondMoment: rows.secondMoment, rowCount: rows.rowCount,
        meanMagnitudes: rows.magnitudeSums.map { $0 / Double(max(rows.rowCount, 1)) })
      for weight in layer.weights { statistics[weight] = shared }
    }
    return statistics
  }
}
