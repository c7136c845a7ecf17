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

  /// What a calibration file says of each weight's input; weights of equal statistics share them,
  /// and so the factors that are computed from them.
  public static func of(_ entries: [String: CalibrationFile.Entry]) -> [String: InputStatistics] {
    var statistics: [String: InputStatistics] = [:]
    var known: [InputStatistics] = []
    for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
      let shared = known.first {
        $0.rowCount == entry.rowCount && $0.secondMoment == entry.secondMoment
      }
      let own =
        shared
        ?? InputStatistics(
          secondMoment: entry.secondMoment, rowCount: entry.rowCount,
          meanMagnitudes: entry.meanMagnitudes)
      if shared == nil { known.append(own) }
      statistics[name] = own
    }
    return statistics
  }
}
