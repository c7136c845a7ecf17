import Checkpoints
import Recipes
import TensorCore
import Testing

struct CompressionProfileTests {
  @Test(arguments: [
    ("blocks.0.attn.c_q.weight", "blocks.0"), ("tok_emb.weight", "tok_emb"), ("scale", "scale"),
    ("model.layers.11.mlp.0.weight", "model.layers.11"), ("0.weight", "0"), ("", ""),
    ("a..b", "a"),
  ])
  func `a layer is a name up to its first number`(name: String, layer: String) {
    #expect(CompressionProfile.layer(of: name) == layer)
  }

  private static func tensor<Element: BitwiseCopyable>(
    _ elements: [Element], _ dtype: DType, _ dimensions: [Int]
  ) throws -> Tensor {
    let bytes = elements.withUnsafeBytes { Array($0) }
    let shape = try #require(Shape(dimensions))
    return try #require(Tensor(dtype: dtype, shape: shape, storage: Storage(bytes)))
  }

  /// Codes -2 0 / 1 1 with a step of 0.5 in the first row and 2 in the second.
  private static func scaled() throws -> EncodedTensor {
    try EncodedTensor(
      dtype: .f32, shape: #require(Shape([2, 2])),
      encoding: ScaledCodes(bits: 8, coverage: .row),
      components: [
        .init(name: "w.q", tensor: tensor([-2, 0, 1, 1] as [Int8], .i8, [2, 2])),
        .init(name: "w.scale", tensor: tensor([0.5, 2] as [Float], .f32, [2])),
      ])
  }

  @Test func `weights are counted in steps of their own rows`() throws {
    let reference = try Self.tensor([-1.1, 0.1, 2.2, 1.8] as [Float], .f32, [2, 2])
    let found = try WeightHistogram(
      of: NamedTensor(name: "w", content: .encoded(Self.scaled())),
      reference: NamedTensor(name: "w", content: .dense(reference)))
    let histogram = try #require(found)
    #expect(histogram.points.map(\.position) == [-2, 0, 1])
    #expect(histogram.points.map(\.count) == [1, 1, 2])
    #expect(histogram.counts.reduce(0, +) == 4 && histogram.sampleCount == 4)
    // In steps the weights are -2.2, 0.2, 1.1 and 0.9.
    #expect(histogram.range.lowerBound <= -2.2 && histogram.range.upperBound >= 1.1)
    let width = (histogram.range.upperBound * 2) / Double(histogram.counts.count)
    let bins = [-2.2, 0.2, 0.9, 1.1].map { Int((($0 + histogram.range.upperBound) / width)) }
    #expect(bins.allSatisfy { histogram.counts[$0] == 1 })
  }

  @Test func `what is not quantized has no histogram`() throws {
    let plain = NamedTensor(
      name: "w", content: .dense(try Self.tensor([1, 2] as [Float], .f32, [2])))
    #expect(try WeightHistogram(of: plain, reference: plain) == nil)
  }

  @Test func `steps are the scales of rows and columns, whatever the trellis`() throws {
    for states in [0, 4] {
      let grid = try EncodedTensor(
        dtype: .f32, shape: #require(Shape([2, 2])),
        encoding: #require(GridCodes(states: states)),
        components: [
          .init(name: "q", tensor: Self.tensor([3, -1, 0, 7] as [Int8], .i8, [2, 2])),
          .init(name: "r", tensor: Self.tensor([1, 4] as [Float], .f32, [2])),
          .init(name: "c", tensor: Self.tensor([0.5, 3] as [Float], .f32, [2])),
        ])
      let steps = try #require(try grid.steps()).decoded()
      let values = steps.storage.bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      #expect(values == [0.5, 3, 2, 12])
    }
  }
}
