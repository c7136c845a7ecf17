/// Memory that requests share: whoever wants more than is left waits for others to end.
actor ByteAllowance {
  private let total: Int
  private var used = 0
  private var waiting: [(byteCount: Int, resume: CheckedContinuation<Void, Never>)] = []

  init(_ byteCount: Int) { total = byteCount }

  /// Runs work that holds so many bytes.
  nonisolated func holding<Value: Sendable>(
    _ byteCount: Int, _ work: () async throws -> Value
  ) async throws -> Value {
    await take(min(byteCount, total))
    do {
      let value = try await work()
      await give(min(byteCount, total))
      return value
    } catch {
      await give(min(byteCount, total))
      throw error
    }
  }

  private func take(_ byteCount: Int) async {
    if waiting.isEmpty && used + byteCount <= total {
      used += byteCount
      return
    }
    await withCheckedContinuation { waiting.append((byteCount, $0)) }
  }

  private func give(_ byteCount: Int) {
    used -= byteCount
    // First come, first served: a large request is not overtaken for ever.
    while let next = waiting.first, used + next.byteCount <= total {
      used += next.byteCount
      waiting.removeFirst()
      next.resume.resume()
    }
  }
}
