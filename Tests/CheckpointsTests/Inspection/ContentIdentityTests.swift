import TensorCore
import TestSupport
import Testing

@testable import Checkpoints

struct ContentIdentityTests {
  @Test func `names of one view are the same elements, equal bytes elsewhere are not`() throws {
    let one = try TensorContent.literal(.f32, [1, 2] as [Float])
    let other = try TensorContent.literal(.f32, [1, 2] as [Float])
    #expect(ContentIdentity(one) == ContentIdentity(one))
    #expect(ContentIdentity(one) != ContentIdentity(other))
  }

  @Test func `views of other shapes or with other lazy bits are other elements`() throws {
    guard case .dense(let row) = try TensorContent.literal(.f32, [1, 2] as [Float]),
      let shape = Shape([2, 1]),
      let column = Tensor(dtype: .f32, shape: shape, storage: row.storage)
    else { return }
    #expect(ContentIdentity(.dense(row)) != ContentIdentity(.dense(column)))
    #expect(ContentIdentity(.dense(row)) != ContentIdentity(.transformed(row, .negate)))
  }

  @Test func `codes are the same elements under the same parameters`() throws {
    let checkpoint = try Checkpoint.open(Fixtures.path("pytorch/accepts/per-channel.pt"))
    let content = try #require(checkpoint.tensors.first { $0.content.encoding != nil }?.content)
    #expect(ContentIdentity(content) != nil)
    #expect(ContentIdentity(content) == ContentIdentity(content))
  }
}
