@testable import Quantization
import Diagnostics
import TensorOps
import TestSupport
import Testing

struct ErrorFeedbackTests {
  private static func secondMoment(_ width: Int, rows: Int, seed: UInt64) -> Matrix {
    var random = SplitMix(state: seed)
    var moment = Matrix(zerosOf: width, width)
    for _ in 0..<rows {
      let x = (0..<width).map { Double(1 + $0 % 3) * random.normal() }
      for row in 0..<width {
        for column in 0..<width { moment[row, column] += x[row] * x[column] }
      }
    }
    return moment
  }

  @Test(arguments: [false, true])
  func `the factor times itself is the inverse of the damped moments`(byActivation: Bool) throws {
    let moment = Self.secondMoment(7, rows: 40, seed: 1)
    let statistics = InputStatistics(secondMoment: moment, rowCount: 40)
    let feedback = try statistics.feedback(damping: 0.01, byActivation: byActivation)
    let mean = moment.diagonal.reduce(0, +) / 7
    for row in 0..<7 {
      for column in 0..<7 {
        // (Uᵀ U) H = 1.
        var sum = 0.0
        for middle in 0..<7 {
          let inverse = (0..<7).reduce(0.0) {
            $0 + feedback.factor[$1, row] * feedback.factor[$1, middle]
          }
          let damped =
            moment[feedback.order[middle], feedback.order[column]]
            + (middle == column ? 0.01 * mean : 0)
          sum += inverse * damped
        }
        #expect(abs(sum - (row == column ? 1 : 0)) < 1e-9)
      }
    }
    if byActivation {
      let diagonal = feedback.order.map { moment.diagonal[$0] }
      #expect(diagonal == diagonal.sorted(by: >))
    }
  }

  @Test func `channels that nothing is read from do not matter`() throws {
    var moment = Self.secondMoment(4, rows: 20, seed: 2)
    for other in 0..<4 { (moment[1, other], moment[other, 1]) = (0, 0) }
    let feedback = try InputStatistics(secondMoment: moment, rowCount: 20)
      .feedback(damping: 0.01, byActivation: true)
    #expect(feedback.deadColumns == [1])
  }

  @Test func `moments of nothing are dead, and NaN is an error`() throws {
    let zeros = InputStatistics(secondMoment: Matrix(zerosOf: 3, 3), rowCount: 0)
    #expect(try zeros.feedback(damping: 0.01, byActivation: true).deadColumns == [0, 1, 2])
    var spoilt = Matrix.identity(3)
    spoilt[1, 1] = .nan
    let statistics = InputStatistics(secondMoment: spoilt, rowCount: 1)
    #expect(throws: Rejection.self) {
      try statistics.feedback(damping: 0.01, byActivation: false)
    }
  }
}
