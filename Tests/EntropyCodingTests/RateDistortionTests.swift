import EntropyCoding
import Testing

struct RateDistortionTests {
  @Test(arguments: [(1.0, 0.0), (0.25, 1.0), (0.0625, 2.0), (4.0, 0.0)])
  func `a Gaussian needs a bit for each halving of its error`(distortion: Double, rate: Double) {
    #expect(abs(RateDistortion.gaussianRate(distortion: distortion) - rate) < 1e-14)
  }

  @Test func `a fine uniform quantizer is a quarter of a bit above the bound`() {
    // Step Δ: the error is Δ²/12, the entropy ½ log2(2πe) − log2 Δ; the gap ½ log2(πe/6) = 0.2546.
    let step = 1.0 / 64
    let bits = 2.0470955851806 + 6
    let gap = RateDistortion.gaussianGap(bitsPerSample: bits, distortion: step * step / 12)
    #expect(abs(gap - 0.2546) < 1e-4)
  }
}
