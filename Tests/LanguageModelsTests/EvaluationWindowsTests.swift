import Diagnostics
import Synchronization
import TestSupport
import Testing

@testable import LanguageModels

struct EvaluationWindowsTests {
  private func windows(
    _ mode: EvaluationMode, of source: some TokenSource
  ) throws -> [EvaluationWindow] {
    var windows = EvaluationWindows(mode, of: source)
    return try windows.next(upTo: .max)
  }

  @Test func `documents are found wherever the pieces end in which the stream is read`() throws {
    let begins = [0, 65_535, 65_536, 65_537, 131_072, 139_999]
    let source = Documents(tokenCount: 140_000, begins: Set(begins))
    let found = try windows(.documents(length: 50_000, beginToken: 1), of: source)
    // The last token begins a document, and has no target of its own.
    let starts = [0, 50_000, 65_535, 65_536, 65_537, 115_537, 131_072, 139_999]
    #expect(found.map(\.inputs) == zip(starts, starts.dropFirst()).map { $0..<$1 })
    #expect(found.allSatisfy { $0.firstScored == $0.inputs.lowerBound })
    #expect(source.largestRequest.load(ordering: .relaxed) <= 1 << 16)
  }

  @Test func `sliding windows score every target once, the last of them shorter`() throws {
    let found = try windows(.sliding(length: 4, stride: 3), of: [UInt16](repeating: 2, count: 9))
    #expect(found.map(\.inputs) == [0..<4, 3..<7, 6..<8])
    #expect(found.map(\.targets) == [1..<5, 5..<8, 8..<9])
  }

  @Test func `a length beyond any stream is the stream's`() throws {
    let tokens = [UInt16](repeating: 2, count: 9)
    #expect(try windows(.fixed(length: .max), of: tokens).isEmpty)
    for mode in [
      EvaluationMode.sliding(length: .max, stride: 5), .documents(length: .max, beginToken: 1),
    ] {
      #expect(try windows(mode, of: tokens).map(\.inputs) == [0..<8])
    }
    let twice: [UInt16] = [1, 2, 1, 2, 2]
    let documents = try windows(.documents(length: .max, beginToken: 1), of: twice)
    #expect(documents.map(\.inputs) == [0..<2, 2..<4])
  }

  @Test(arguments: [0, 1, 4])
  func `a stream that fills no window has none`(tokenCount: Int) throws {
    let tokens = [UInt16](repeating: 2, count: tokenCount)
    #expect(try windows(.fixed(length: 4), of: tokens).isEmpty)
  }
}

/// A stream of which nothing is in memory.
private final class Documents: TokenSource {
  let tokenCount: Int
  let begins: Set<Int>
  let largestRequest = Atomic(0)

  init(tokenCount: Int, begins: Set<Int>) {
    self.tokenCount = tokenCount
    self.begins = begins
  }

  func tokens(in range: Range<Int>) throws(Rejection) -> [UInt16] {
    largestRequest.max(range.count, ordering: .relaxed)
    return range.map { begins.contains($0) ? 1 : 2 }
  }

  func forget(_ range: Range<Int>) {}
}
