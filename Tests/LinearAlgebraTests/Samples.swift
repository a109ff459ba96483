import LinearAlgebra

/// Random rows in a few clusters, so that a radius has neighbours to find.
func clusteredRows(_ count: Int, _ dimensions: Int, seed: Int, spread: Double = 0.3) -> Matrix {
  var random = RandomSource(RandomKey(seed: seed, role: .data, method: "clusters"))
  let centres = (0..<5 * dimensions).map { _ in random.normal() }
  let elements = (0..<count).flatMap { _ in
    let centre = random.integer(below: 5) * dimensions
    return (0..<dimensions).map { Float(centres[centre + $0] + spread * random.normal()) }
  }
  return Matrix(rows: count, columns: dimensions, elements: elements)
}

/// Points with small whole coordinates: many pairs at exactly the same distance, many equal points.
func gridRows(_ count: Int, _ dimensions: Int, side: Int, seed: Int) -> Matrix {
  var random = RandomSource(RandomKey(seed: seed, role: .data, method: "grid"))
  let elements = (0..<count * dimensions).map { _ in Float(random.integer(below: side)) }
  return Matrix(rows: count, columns: dimensions, elements: elements)
}

/// The plain double-precision distance of two rows, each times its multiplier.
func naiveDistance(
  _ x: ArraySlice<Float>, _ m: Double, _ y: ArraySlice<Float>, _ n: Double
) -> Double {
  zip(x, y).reduce(0) { sum, pair in
    let difference = m * Double(pair.0) - n * Double(pair.1)
    return sum + difference * difference
  }.squareRoot()
}

/// All points nearer than the radius, by the definition and nothing else.
func naiveNeighbours(_ points: PointSet, within radius: Double) -> [[Int32]] {
  (0..<points.count).map { i in
    (0..<points.count).filter { points.distance(i, to: points, $0) < radius }.map(Int32.init)
  }
}

extension NeighbourLists {
  var lists: [[Int32]] { (0..<count).map { Array(self[$0]) } }
}
