public import LanguageModels
internal import TensorCore

/// The values of every attention head in another basis: random signs, then Hadamard's matrix. It
/// spreads outliers, and is folded into the projections before and after (QuIP#, Tseng et al. 2024;
/// QuaRot, Ashkboos et al. 2024).
public struct RandomHadamard: ModelTransform {
  /// The name in recipes.
  public static let id = "hadamard"
  /// What it does.
  public static let summary =
    "values of attention heads rotated by a random Hadamard matrix (Tseng et al. 2024)"

  /// The transform; signs depend on the layer and the head alone.
  public init() {}

  /// Rotates blocks of the largest power of two that divides the width of a head.
  public func apply(
    _ freedom: ModelFreedom, number: Int, to matrices: inout FreedomMatrices
  ) -> Bool {
    guard case .headValues(let values, let output, let width, let sharing) = freedom,
      width > 1, width % 2 == 0,
      let source = matrices.matrices[values], let target = matrices.matrices[output],
      sharing > 0, target.columns > 0, target.columns % (width * sharing) == 0,
      source.elements.count == source.columns * (target.columns / sharing)
    else { return false }
    let (inputs, columns) = (source.columns, target.columns)
    var (rows, targets) = (source.elements, target.elements)
    let span = width & -width
    for block in 0..<(columns / sharing / span) {
      let signs = signs(number: number, block: block, span)
      for input in 0..<inputs {
        Self.rotate(&rows, signs, first: block * span * inputs + input, stride: inputs)
      }
      let (head, place) = (block * span / width, block * span % width)
      for reader in (head * sharing)..<((head + 1) * sharing) {
        for row in 0..<(targets.count / columns) {
          Self.rotate(
            &targets, signs, first: row * columns + reader * width + place, stride: 1)
        }
      }
    }
    matrices.matrices[values]?.elements = rows
    matrices.matrices[output]?.elements = targets
    return true
  }

  /// ±1 for each dimension of a block.
  private func signs(number: Int, block: Int, _ width: Int) -> [Double] {
    var random = Philox(seed: 0, stream: UInt64(number) << 32 | UInt64(block))
    return (0..<width).map { _ in random.next() & 1 == 0 ? 1 : -1 }
  }

  /// Replaces elements that lie `stride` apart by H · D · x / √n.
  private static func rotate(
    _ elements: inout [Float], _ signs: [Double], first: Int, stride: Int
  ) {
    var x = signs.indices.map { signs[$0] * Double(elements[first + $0 * stride]) }
    var half = 1
    while half < x.count {
      for start in Swift.stride(from: 0, to: x.count, by: 2 * half) {
        for index in start..<(start + half) {
          (x[index], x[index + half]) = (x[index] + x[index + half], x[index] - x[index + half])
        }
      }
      half *= 2
    }
    let scale = 1 / Double(x.count).squareRoot()
    for index in x.indices { elements[first + index * stride] = Float(x[index] * scale) }
  }
}
