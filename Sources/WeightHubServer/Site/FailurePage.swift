internal import Pages

/// What went wrong, for people.
struct FailurePage: Sendable {
  let failure: HubFailure

  var document: SiteDocument {
    SiteDocument(
      title: "\(failure.status): \(reason)",
      content: [
        Tag.section {
          Tag.p { failure.message }
          if failure.status == 401 {
            SiteParts.note(
              "What is here is shown to those who bring a token: a browser sends it as the "
                + "password to any name.")
          }
          Tag.p { Tag.a(.link(to: .collection)) { "To the collection" } }
        }
      ])
  }

  private var reason: String {
    switch failure.status {
    case 400: "this cannot be asked"
    case 401: "a token is needed"
    case 403: "not allowed"
    case 404: "nothing is here"
    case 405: "not possible here"
    default: "this did not work"
    }
  }
}
