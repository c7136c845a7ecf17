internal import Diagnostics

/// One input as it is, or times a number.
struct Passthrough: GenericMerge {
  let id = "passthrough"
  let summary = "one input as it is, or scaled"
  let parameters = [MergeParameter("scale", .ofInput, or: .number(1), "a factor of the elements")]
  let inputs = MergeInputs(.ordinary, 1...1)

  /// x · scale, rounded once.
  func merge<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection) {
    let scale = Real(work.task.inputs[0].values.number("scale"))
    try work.write(work.spans) { block in
      if scale == 1 {
        block.output.update(from: block.inputs[0], count: block.count)
      } else {
        block.scale(block.inputs[0], by: scale, into: block.output)
      }
    }
  }
}
