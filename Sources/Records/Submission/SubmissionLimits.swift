/// How much a description may hold; the largest in the wild has 5 kB and seven seeds.
enum SubmissionLimits {
  static let fileBytes = 1 << 20
  static let textBytes = 1 << 16
  static let seeds = 1000
}
