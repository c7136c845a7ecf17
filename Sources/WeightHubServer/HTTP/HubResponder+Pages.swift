internal import Hummingbird

extension HubResponder {
  /// A page for people.
  func page(_ parts: [String], _ call: Call) async throws -> Response {
    try call.require(.get, .head)
    throw HubFailure.noPage
  }
}
