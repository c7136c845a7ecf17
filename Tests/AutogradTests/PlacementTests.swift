import Autograd
import TensorCore
import TensorOps
import Testing

@Suite struct PlacementTests {
  @Test func `rows that are taken several times collect their gradients`() {
    expectGradients(of: [numbers([5, 3], seed: 1)]) { $0[0].rows([4, 0, 4, 2, 4]) }
  }

  @Test(arguments: [[1, 3], [4, 3], [3, 2, 2]])
  func `rows that move on have gradients that move back`(dimensions: [Int]) {
    expectGradients(of: [numbers(dimensions, seed: 1)]) { $0[0].shiftedRows() * $0[0] }
  }

  @Test(arguments: [0..<2, 1..<4, 3..<5, 0..<5])
  func `columns that are left out have no gradient`(range: Range<Int>) {
    expectGradients(of: [numbers([3, 5], seed: 1)]) { $0[0].columns(range) }
  }

  @Test func `a reshaped gradient has the former shape`() {
    expectGradients(of: [numbers([4, 6], seed: 1)]) {
      $0[0].reshaped([2, 3, 4]).reduced(.logSumExp)
    }
  }

  @Test(arguments: [RotaryTable.Direction.clockwise, .counterclockwise], [4, 6])
  func `gradients of turned heads turn back`(direction: RotaryTable.Direction, width: Int) {
    let table = RotaryTable(frequencies: [1, 0.3], positionCount: 5, direction: direction)
    expectGradients(of: [numbers([5, 3, width], seed: 1)]) { $0[0].rotated(by: table) }
  }
}
