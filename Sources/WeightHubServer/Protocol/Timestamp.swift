internal import Glibc

/// Points in time, in seconds since 1970.
enum Timestamp {
  /// The time now.
  static var now: Int {
    var value = timespec()
    clock_gettime(CLOCK_REALTIME, &value)
    return value.tv_sec
  }

  /// A time as the protocol writes it: `2026-01-31T12:00:00.000Z`.
  static func text(_ seconds: Int) -> String {
    var (clock, parts) = (time_t(seconds), tm())
    gmtime_r(&clock, &parts)
    let numbers = [
      (parts.tm_year + 1900, 4, "-"), (parts.tm_mon + 1, 2, "-"), (parts.tm_mday, 2, "T"),
      (parts.tm_hour, 2, ":"), (parts.tm_min, 2, ":"), (parts.tm_sec, 2, ".000Z"),
    ]
    return numbers.map { number, width, separator in
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits + separator
    }.joined()
  }
}
