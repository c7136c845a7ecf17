internal import Diagnostics
internal import TensorCore

/// Elements of another model where they are near to the base's, the base's own where they are far.
struct NearSwap: GenericMerge {
  let id = "nearswap"
  let summary = "the other model where it is near to the base, the base where it is far"
  let parameters = [
    MergeParameter("t", .shared, required: .number, "the distance up to which the other is taken")
  ]
  let inputs = MergeInputs(.required, 2...2, absence: .onlyBasePasses)

  /// k x + (1 − k) b with k = t / |b − x| between 0 and 1; each step is rounded.
  func merge<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection) {
    let task = work.task
    guard let base = task.base, let other = task.others.first else {
      preconditionFailure("the method has a base and another")
    }
    let distance = Real(task.shared.number("t"))
    let least = Real(1e-6).rounded(to: task.dtype)
    try work.write(work.spans, scratch: 2) { block in
      let (share, rest) = (block.scratch[0], block.scratch[1])
      block.combine(.subtract, block.inputs[base], block.inputs[other], into: share)
      for index in 0..<block.count {
        let size = share[index].magnitude
        share[index] = 1 / (size < least ? least : size)
      }
      block.round(share)
      block.scale(share, by: distance, into: share)
      for index in 0..<block.count {
        let value = share[index]
        share[index] = value < 0 ? 0 : value > 1 ? 1 : value
        rest[index] = 1 - share[index]
      }
      block.round(rest)
      block.combine(.multiply, share, block.inputs[other], into: share)
      block.combine(.multiply, rest, block.inputs[base], into: rest)
      block.combine(.add, share, rest, into: block.output)
    }
  }
}
