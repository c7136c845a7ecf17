import Testing

@testable import Files

struct PathPatternTests {
  @Test func `numbers in names count as numbers`() {
    let paths = [
      "step_1000.pt", "step_900.pt", "step_0900b.pt", "step_9.pt", "step.pt", "a/10", "a/2",
    ]
    #expect(
      PathPattern.inNaturalOrder(paths) == [
        "a/2", "a/10", "step.pt", "step_9.pt", "step_900.pt", "step_0900b.pt", "step_1000.pt",
      ])
  }

  @Test func `digits with zeros in front are ordered all the same`() {
    #expect(
      PathPattern.inNaturalOrder(["x01", "x1", "x001", "x0"]) == ["x0", "x001", "x01", "x1"])
  }

  @Test(arguments: [("run/*.pt", true), ("a?", true), ("[ab]", true), ("plain/name.pt", false)])
  func `a pattern has a character that stands for others`(text: String, isPattern: Bool) {
    #expect(PathPattern.isPattern(text) == isPattern)
  }
}
