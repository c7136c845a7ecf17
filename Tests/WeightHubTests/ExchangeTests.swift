import Diagnostics
import Testing

@testable import WeightHub

/// Who is asked, and what is believed.
struct ExchangeTests {
  // The examples of RFC 3986, 5.4, as far as they are for HTTP.
  @Test(arguments: [
    ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"),
    ("/g", "http://a/g"), ("//g", "http://g"), ("?y", "http://a/b/c/d;p?y"),
    ("g?y", "http://a/b/c/g?y"), ("", "http://a/b/c/d;p?q"), (".", "http://a/b/c/"),
    ("..", "http://a/b/"), ("../g", "http://a/b/g"), ("../../../g", "http://a/g"),
    ("g#s", "http://a/b/c/g"), ("https://h/x", "https://h/x"), ("g;x=1/../y", "http://a/b/c/y"),
    ("g?y/../x", "http://a/b/c/g?y/../x"),
  ])
  func `a reference is resolved against where it came from`(reference: String, address: String) {
    #expect(Exchange.resolved(reference, against: "http://a/b/c/d;p?q") == address)
  }

  @Test func `a reference is resolved against a host without a path`() {
    #expect(Exchange.resolved("g", against: "https://a:1") == "https://a:1/g")
    #expect(Exchange.resolved("//b/c", against: "https://a") == "https://b/c")
  }

  @Test(arguments: ["https://a/b", "HTTPS://a/b"])
  func `TLS is asked by anyone`(address: String) {
    #expect(Exchange.isAllowed(address, endpoint: "https://hub"))
    #expect(Exchange.isAllowed(address, endpoint: "http://hub"))
  }

  @Test func `an address without TLS is asked only for a Hub without TLS`() {
    #expect(Exchange.isAllowed("http://a", endpoint: "http://hub"))
    #expect(!Exchange.isAllowed("http://a", endpoint: "https://hub"))
  }

  @Test(arguments: [
    "http+unix://%2Frun%2Fx/", "https+unix://%2Frun%2Fx/", "unix:/run/x", "file:///etc/passwd",
    "/a", "", "ftp://a", " https://a",
  ])
  func `nothing else is asked`(address: String) {
    #expect(!Exchange.isAllowed(address, endpoint: "http://hub"))
  }

  private func follows(_ status: UInt, _ intent: Exchange.Intent, to next: String) -> Bool {
    Exchange.follows(status, when: intent, from: "https://a/x", to: next)
  }

  @Test(arguments: [301, 302, 303, 307, 308] as [UInt])
  func `what reads follows any redirect`(status: UInt) {
    #expect(follows(status, .reading, to: "https://b/y"))
  }

  @Test(arguments: [200, 201, 300, 304] as [UInt])
  func `what is no redirect is not followed`(status: UInt) {
    #expect(!follows(status, .reading, to: "https://a/y"))
  }

  @Test func `what sends follows only where the same is asked for at the same place`() {
    #expect(follows(307, .sending, to: "https://a/y"))
    #expect(follows(308, .sending, to: "https://a/y"))
    #expect(!follows(307, .sending, to: "https://b/y"))
    #expect(!follows(302, .sending, to: "https://a/y"))
  }

  // MARK: Failures

  /// What the network library throws where a name led to machines, or to none.
  private struct Unconnected: Error { let connectionErrors: [Int] }

  @Test func `a connection that was refused may be tried again, for nothing was sent`() {
    let failure = TransportFailure(Unconnected(connectionErrors: [1]), at: "https://a")
    #expect(failure.prospect == .unsent && failure.rejection.rule.id == "W01")
  }

  @Test func `a name that leads nowhere is not tried again`() {
    let failure = TransportFailure(Unconnected(connectionErrors: []), at: "https://a")
    #expect(failure.prospect == .hopeless && failure.rejection.rule.id == "W01")
  }

  @Test func `a body that ended early may be tried again`() {
    #expect(TransportFailure(endedEarly: "https://a").prospect == .uncertain)
  }

  @Test func `a rejection stays what it is`() {
    let failure = TransportFailure(Rejection(WeightHubRules.digest, "x"), at: "https://a")
    #expect(failure.prospect == .hopeless && failure.rejection.rule.id == "W05")
  }

  @Test func `the query of an address is not shown`() {
    #expect(
      !TransportFailure(endedEarly: "https://a/b?secret").rejection.message.contains("secret"))
  }

  // MARK: Downloads

  private func start(_ answer: DownloadAnswer, after position: Int = 1000) throws(Rejection) -> Int
  {
    try answer.start(after: position, of: 2000, from: "https://a")
  }

  @Test(arguments: ["bytes 1000-1999/2000", "bytes 1000-1999/*", "bytes 1000-1499/2000"])
  func `a part that begins where it was asked for is taken`(range: String) throws {
    #expect(try start(DownloadAnswer(status: 206, range: range, length: nil)) == 1000)
  }

  @Test(arguments: [nil, "", "bytes 0-1999/2000", "bytes 1000-1999/3000", "bytes */2000", "x"])
  func `another part is refused`(range: String?) {
    #expect(throws: Rejection.self) {
      try start(DownloadAnswer(status: 206, range: range, length: nil))
    }
  }

  @Test func `all of a file begins at its beginning`() throws {
    #expect(try start(DownloadAnswer(status: 200, range: nil, length: "2000")) == 0)
    #expect(try start(DownloadAnswer(status: 200, range: nil, length: nil)) == 0)
  }

  @Test func `a file of another length is refused`() {
    #expect(throws: Rejection.self) {
      try start(DownloadAnswer(status: 200, range: nil, length: "1999"))
    }
  }
}
