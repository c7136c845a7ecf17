import CKernels
import Glibc
import Testing

@Suite struct DispatchTests {
  @Test func `every CPU runs the portable kernels`() {
    #expect(birdie_kernels_for("portable") != nil)
  }

  @Test func `an unknown instruction set has no table`() {
    #expect(birdie_kernels_for("avx1024") == nil)
  }

  @Test(arguments: instructionSets)
  func `a table bears the name it is found under`(isa: String) {
    #expect(String(cString: kernels(isa).name) == isa)
  }

  @Test func `the table in use is the best that the environment allows`() {
    let limit = getenv("BIRDIE_ISA").map { String(cString: $0) } ?? ""
    let allowed = instructionSets.prefix { $0 != limit }
    let best = allowed.count < instructionSets.count ? limit : allowed.last
    #expect(String(cString: birdie_isa_name()) == best)
  }
}
