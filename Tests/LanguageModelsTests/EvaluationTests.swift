import Diagnostics
import LanguageModels
import TensorCore
import TensorOps
import Testing

/// Evaluations of a model whose losses are known without one.
struct EvaluationTests {
  /// Finds the token i eⁱ times as likely as token 0, whatever came before it.
  struct Biased: LanguageModel {
    let vocabularySize = 4

    func logits(_ tokens: [Int], observer: LayerObserver<Tensor>?) -> Tensor {
      Tensor(tokens.flatMap { _ in [0, 1, 2, 3] }, [tokens.count, 4])
    }
  }

  /// A model that must not be asked.
  struct Untouched: LanguageModel {
    let vocabularySize = 4

    func logits(_ tokens: [Int], observer: LayerObserver<Tensor>?) -> Tensor {
      preconditionFailure("nothing is computed before everything is checked")
    }
  }

  /// 257 tokens without a pattern.
  private let tokens = (0..<257).map { UInt16($0 * $0 / 7 % 4) }

  @Test(arguments: [1, 3, 8])
  func `the stride does not narrow the interval`(stride: Int) throws {
    let side = try Evaluation(of: Biased(), on: tokens, mode: .fixed(length: 8)) { $0.count }
    let slid = try Evaluation(
      of: Biased(), on: tokens, mode: .sliding(length: 8, stride: stride)
    ) { $0.count }
    // Every token has the same loss in any window, so every block has the same sum.
    let (wide, other) = (side.confidenceInterval(), slid.confidenceInterval())
    let width = wide.upperBound - wide.lowerBound
    #expect(width > 0.01)
    // With a stride of 3 blocks end up to 2 targets later.
    let tolerance = stride == 3 ? 0.5 * width : 1e-9
    #expect(abs(other.upperBound - other.lowerBound - width) <= tolerance)
  }

  @Test func `targets that stand for no bytes are refused`() {
    let rejection = #expect(throws: Rejection.self) {
      try Evaluation(of: Untouched(), on: tokens, mode: .fixed(length: 8)) { _ in 0 }
    }
    #expect(rejection?.rule.id == "E07")
  }

  @Test func `blocks without bytes leave the interval finite`() throws {
    // Of 32 blocks only the first has bytes, so that a third of all draws would have none.
    let evaluation = try Evaluation(of: Biased(), on: tokens, mode: .fixed(length: 8)) { targets in
      targets.count { $0 <= 8 }
    }
    let interval = evaluation.confidenceInterval()
    #expect(interval.lowerBound.isFinite && interval.upperBound.isFinite)
    #expect(interval.contains(evaluation.bitsPerByte))
  }

  @Test func `a token whose bytes are not known is refused before anything is computed`() throws {
    let rejection = #expect(throws: Rejection.self) {
      try Evaluation(of: Untouched(), on: tokens, mode: .fixed(length: 8)) {
        targets throws(Rejection) in
        guard targets.upperBound < 200 else {
          throw Rejection(LanguageModelRules.unknownToken, "3 of 3")
        }
        return targets.count
      }
    }
    #expect(rejection?.rule.id == "K05")
  }
}
