/// Memory that requests share: whoever wants more than is left waits for others to end.
actor ByteAllowance {
  private let total: Int
  private var used = 0
  private var waiting: [(byteCount: Int, resume: CheckedContinuation<Void, Never>)] = []

  init(_ byteCount: Int) { total = byteCount }

  /// A share of the memory, until it is let go.
  final class Share: Sendable {
    private let allowance: ByteAllowance
    private let byteCount: Int

    fileprivate init(_ allowance: ByteAllowance, _ byteCount: Int) {
      self.allowance = allowance
      self.byteCount = byteCount
    }

    deinit {
      let (allowance, byteCount) = (allowance, byteCount)
      Task { await allowance.give(byteCount) }
    }
  }

  /// Waits for so many bytes.
  func share(of byteCount: Int) async -> Share {
    let byteCount = min(byteCount, total)
    await take(byteCount)
    return Share(self, byteCount)
  }

  private func take(_ byteCount: Int) async {
    if waiting.isEmpty && used + byteCount <= total {
      used += byteCount
      return
    }
    await withCheckedContinuation { waiting.append((byteCount, $0)) }
  }

  fileprivate func give(_ byteCount: Int) {
    used -= byteCount
    // First come, first served: a large request is not overtaken for ever.
    while let next = waiting.first, used + next.byteCount <= total {
      used += next.byteCount
      waiting.removeFirst()
      next.resume.resume()
    }
  }
}
