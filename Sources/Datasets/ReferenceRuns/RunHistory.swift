/// The files that hold one number for each episode so far.
struct RunHistory {
  let folder: RunFolder
  /// How many episodes there have been.
  let count: Int

  /// Accuracies as fractions; nil where one is not known.
  func accuracies() throws -> [Double?]? {
    try values(RunFiles.accuracies)?.enumerated().map { place, percent in
      guard let percent else { return nil }
      guard (0...100).contains(percent) else {
        throw folder.error(
          RunFiles.accuracies, at: place, "a percentage from 0 to 100", "\(percent)")
      }
      return percent / 100
    }
  }

  /// Radii, or standard deviations of radii; nil where one is not known.
  func radii(_ name: String) throws -> [Double?]? {
    try values(name)?.enumerated().map { place, radius in
      guard let radius, radius < 0 || radius.isInfinite else { return radius }
      throw folder.error(name, at: place, "a radius from 0 on", "\(radius)")
    }
  }

  /// The four counts; nil where they are not known. All four files have to be there, or none.
  func counts() throws -> [ReferenceRun.CleanCounts?]? {
    let present = RunFiles.counts.filter(folder.names.contains)
    guard let first = present.first else { return nil }
    if let missing = RunFiles.counts.first(where: { !folder.names.contains($0) }) {
      throw FileError(
        .missing, path: folder.file(missing), expected: "a file beside \(first)", found: "none")
    }
    let columns = try RunFiles.counts.map { try wholeNumbers($0) }
    return (0..<count).map { place in
      guard let positives = columns[0][place], let falsePositives = columns[1][place],
        let negatives = columns[2][place], let falseNegatives = columns[3][place]
      else { return nil }
      return ReferenceRun.CleanCounts(
        truePositives: positives, falsePositives: falsePositives, trueNegatives: negatives,
        falseNegatives: falseNegatives)
    }
  }

  private func wholeNumbers(_ name: String) throws -> [Int?] {
    try (values(name) ?? []).enumerated().map { place, value in
      guard let value else { return nil }
      guard let whole = Int(exactly: value), (0...RunFiles.largestIndex).contains(whole) else {
        throw folder.error(name, at: place, "a count", "\(value)")
      }
      return whole
    }
  }

  /// One number per episode; what is not a number stands for an unknown one.
  private func values(_ name: String) throws -> [Double?]? {
    guard let values = try folder.numbers(name) else { return nil }
    guard values.count == count else {
      throw folder.error(
        name, "\(count) \(count == 1 ? "number" : "numbers"), one per episode so far",
        "\(values.count)")
    }
    return values.map { $0.isNaN ? nil : $0 }
  }
}
