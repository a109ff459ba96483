/// How often each class was named for each of some samples. 4 bytes for each pair.
struct VoteTable: Sendable {
  let classes: Int
  /// samples × classes, row by row.
  private var votes: [Int32]

  init(samples: Int, classes: Int) {
    self.classes = classes
    votes = [Int32](repeating: 0, count: samples * classes)
  }

  /// Counts `times` votes of `sample` for the class `name`; no count goes beyond `Int32.max`.
  mutating func add(_ name: Int, of sample: Int, times: Int32 = 1) {
    let place = sample * classes + name
    let (sum, overflows) = votes[place].addingReportingOverflow(times)
    votes[place] = overflows ? .max : sum
  }

  /// The votes of a sample for each class.
  func counts(of sample: Int) -> ArraySlice<Int32> {
    votes[sample * classes..<(sample + 1) * classes]
  }

  /// The class with most of a sample's votes, the lowest of several.
  func winner(of sample: Int) -> Int {
    let counts = counts(of: sample)
    var best = counts.startIndex
    for place in counts.indices where counts[place] > counts[best] { best = place }
    return best - counts.startIndex
  }
}
