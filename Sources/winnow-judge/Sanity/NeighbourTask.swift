import LinearAlgebra

/// Test samples whose classes are to be guessed from those of training samples.
struct NeighbourTask {
  static let neighbours = 5

  let train: Matrix
  let trainLabels: [Int]
  let test: Matrix
  let testLabels: [Int]
  let classes: Int

  /// How many test samples have the class that most of their nearest training samples have, the
  /// lowest among equally frequent ones.
  /// - Parameter dimensions: of principal components, fitted to the training samples; nil for the
  ///   values as they are.
  func countRight(dimensions: Int?, metric: Metric) throws -> Int {
    var (references, queries) = (train, test)
    if let dimensions {
      let components = try PCA.fit(train, dimensions: dimensions)
      (references, queries) = (try components.project(train), try components.project(test))
    }
    let found = try KNearestSearch(PointSet(references, metric: metric))
      .nearest(Self.neighbours, to: PointSet(queries, metric: metric))
    return zip(found, testLabels).count { vote($0) == $1 }
  }

  private func vote(_ neighbours: [Int]) -> Int {
    var votes = [Int](repeating: 0, count: classes)
    for neighbour in neighbours { votes[trainLabels[neighbour]] += 1 }
    let most = votes.max() ?? 0
    return votes.firstIndex(of: most) ?? 0
  }
}
