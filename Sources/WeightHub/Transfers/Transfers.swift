internal import Diagnostics

/// Several transfers at once.
enum Transfers {
  /// Does work for each item, for so many at a time. The first failure ends it, once the work that
  /// is under way has ended.
  static func forEach<Item: Sendable>(
    _ items: [Item], width: Int,
    _ work: @escaping @Sendable (Item) async throws(Rejection) -> Void
  ) async throws(Rejection) {
    var failure: Rejection?
    await withTaskGroup(of: Rejection?.self) { group in
      var rest = items[...]
      for _ in 0..<width {
        guard let item = rest.popFirst() else { break }
        group.addTask { await Self.failure(of: item, work) }
      }
      while let result = await group.next() {
        if let result {
          failure = failure ?? result
          rest = []
        }
        guard let item = rest.popFirst() else { continue }
        group.addTask { await Self.failure(of: item, work) }
      }
    }
    if let failure { throw failure }
  }

  private static func failure<Item>(
    of item: Item, _ work: @Sendable (Item) async throws(Rejection) -> Void
  ) async -> Rejection? {
    do throws(Rejection) {
      try await work(item)
      return nil
    } catch { return error }
  }
}
