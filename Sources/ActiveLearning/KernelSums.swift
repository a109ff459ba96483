import LinearAlgebra

/// The sums behind the gains: of some samples, of all samples, and what changes in them.
extension KernelGains {
  private var blocks: [Range<Int>] {
    let side = SquaredDistanceTile.side
    return stride(from: 0, to: count, by: side).map { $0..<min($0 + side, count) }
  }

  /// Replaces the bounds of `samples` by their gains; |samples| · N · d operations, or those of the
  /// targets that kept values name.
  mutating func compute(_ samples: [Int]) throws {
    let gains = try isFilled ? keptGains(of: samples) : gains(of: samples)
    for (x, gain) in zip(samples, gains) {
      bounds[x] = gain
      computedFor[x] = state
    }
  }

  private func gains(of samples: [Int]) throws -> [Double] {
    let rows = WidePoints(measure.points, samples)
    let blocks = blocks
    let tiles = tiles
    // Per block and sample; added in the order of the blocks, whoever computed them.
    var parts = [Double](repeating: 0, count: blocks.count * samples.count)
    try withTargets { targets in
      try parts.withUnsafeMutableBufferPointer { parts in
        nonisolated(unsafe) let parts = parts
        try Parallel.forEach(blocks.count) { index in
          tiles.withTile { tile in
            tile.compute(rows: rows, columns: blocks[index])
            for (place, x) in samples.enumerated() {
              parts[index * samples.count + place] = tile.gain(place, of: x, targets)
            }
          }
        }
      }
    }
    return samples.indices.map { place in
      blocks.indices.reduce(0) { $0 + parts[$1 * samples.count + place] }
    }
  }

  private func keptGains(of samples: [Int]) throws -> [Double] {
    let measure = measure
    return try each(samples) { x, kept, targets in
      measure.gain(of: x, by: kept.reach(of: x, targets.values), targets)
    }
  }

  /// Lowers the bounds of `samples` to what kept values tell; |samples| · N operations.
  mutating func bound(_ samples: [Int]) throws {
    for (x, bound) in zip(samples, try keptBounds(of: samples)) {
      bounds[x] = min(bounds[x], above(bound))
      boundedFor[x] = state
    }
  }

  private func keptBounds(of samples: [Int]) throws -> [Double] {
    try each(samples) { x, kept, targets in kept.bound(of: x, targets) }
  }

  /// What `body` makes of each of the samples from kept values, spread over the cores; nothing where
  /// none are kept.
  private func each(
    _ samples: [Int], _ body: @Sendable (Int, KeptKernel, KernelTargets) -> Double
  ) throws -> [Double] {
    guard let kept else { return [] }
    var results = [Double](repeating: 0, count: samples.count)
    let step = max(1, min(64, samples.count / Parallel.threads))
    try withTargets { targets in
      try results.withUnsafeMutableBufferPointer { results in
        nonisolated(unsafe) let results = results
        try Parallel.forEach((samples.count + step - 1) / step) { part in
          for place in part * step..<min((part + 1) * step, samples.count) {
            results[place] = body(samples[place], kept, targets)
          }
        }
      }
    }
    return results
  }

  /// Above 0: what is left of a gain by rounding does not say that there is none.
  private func above(_ gain: Double) -> Double { max(gain + margin, .leastNormalMagnitude) }

  /// Replaces all bounds by gains, or by bounds from kept values where these are there already.
  mutating func computeAll() throws {
    if isFilled {
      gainsThen = try keptBounds(of: Array(0..<count))
      margin = 1e-12 * (gainsThen.max() ?? 0)
      bounds = gainsThen.map(above)
      boundedFor = [Int](repeating: state, count: count)
      computedFor = [Int](repeating: -1, count: count)
      isUpdatable = true
    } else {
      bounds = try addAllPairs()
      gainsThen = bounds
      margin = 1e-12 * (bounds.max() ?? 0)
      computedFor = [Int](repeating: state, count: count)
      isFilled = kept != nil
      isUpdatable = !isFilled
    }
    (squaresThen, valuesThen, weightsThen) = (cover.squares, values, weights)
  }

  /// Looks at each pair of samples once, N² · d / 2 operations, and keeps the kernel's values if they
  /// fit.
  ///
  /// In each of the passes a block of samples is the rows of one task and the columns of one: no two
  /// threads add to the same number, and the order of the additions is that of the passes.
  private func addAllPairs() throws -> [Double] {
    let (points, kept, tiles, blocks) = (measure.points, kept, tiles, blocks)
    let passes = blocks.count / 2 + 1
    let meter = ProgressMeter.current
    var asRows = [Double](repeating: 0, count: count)
    var asColumns = asRows
    try withTargets { targets in
      try asRows.withUnsafeMutableBufferPointer { asRows in
        try asColumns.withUnsafeMutableBufferPointer { asColumns in
          let sums = PairSums(rows: asRows, columns: asColumns)
          for shift in 0..<passes {
            // Half way round, the pairs of blocks come for the second time.
            let isHalf = 2 * shift == blocks.count
            try Parallel.forEach(isHalf ? shift : blocks.count) { index in
              let pair = BlockPair(
                rows: blocks[index], columns: blocks[(index + shift) % blocks.count])
              tiles.withTile { pair.add(to: sums, targets, keeping: kept, points, using: &$0) }
            }
            meter.report("kernel sums", shift + 1, of: passes)
          }
        }
      }
    }
    return zip(asRows, asColumns).map { $0 + $1 }
  }

  /// Brings all gains up to date by what the changed targets added then and add now;
  /// |changed| · N · d operations, or |changed| · N where values are kept.
  /// - Parameter rising: whether gains may have risen, so that the bounds say nothing any more.
  mutating func update(rising: Bool) throws {
    let changed = changedTargets
    // A pass over all pairs sees each of them once.
    if changed.count > count / 2 || !isUpdatable { return try computeAll() }
    let changes = changed.map {
      KernelChange(
        target: $0, squareThen: squaresThen[$0], valueThen: valuesThen[$0],
        weightThen: weightsThen[$0], square: cover.squares[$0], value: values[$0],
        weight: weights[$0])
    }
    try add(changes)
    for y in changed {
      squaresThen[y] = cover.squares[y]
      valuesThen[y] = values[y]
      weightsThen[y] = weights[y]
    }
    margin = max(margin, 1e-12 * (gainsThen.max() ?? 0))
    for x in bounds.indices {
      let bound = above(gainsThen[x])
      if rising || bound < bounds[x] {
        bounds[x] = bound
        computedFor[x] = -1
      }
    }
  }

  private mutating func add(_ changes: [KernelChange]) throws {
    let (blocks, kept, isFilled) = (blocks, kept, isFilled)
    let (points, tiles) = (measure.points, tiles)
    let side = SquaredDistanceTile.side
    try gainsThen.withUnsafeMutableBufferPointer { buffer in
      // Each task writes the gains of its own block.
      nonisolated(unsafe) let gains = buffer
      if let kept, isFilled {
        return try Parallel.forEach(blocks.count) { index in
          for change in changes { kept.add(change, to: gains, of: blocks[index]) }
        }
      }
      for start in stride(from: 0, to: changes.count, by: side) {
        let part = changes[start..<min(start + side, changes.count)]
        let rows = WidePoints(points, part.map(\.target))
        try Parallel.forEach(blocks.count) { index in
          tiles.withTile { tile in
            tile.compute(rows: rows, columns: blocks[index])
            for (place, change) in part.enumerated() { tile.add(change, place, to: gains) }
          }
        }
      }
    }
  }

  func withTargets<Result>(_ body: (KernelTargets) throws -> Result) rethrows -> Result {
    try cover.squares.withUnsafeBufferPointer { squares in
      try values.withUnsafeBufferPointer { values in
        try weights.withUnsafeBufferPointer { weights in
          try body(KernelTargets(squares: squares, values: values, weights: weights))
        }
      }
    }
  }
}

/// A block of samples beside another one, or beside itself.
private struct BlockPair {
  let rows: Range<Int>
  let columns: Range<Int>

  /// Adds what the samples of the two blocks add to each other's gains.
  func add(
    to sums: PairSums, _ targets: KernelTargets, keeping kept: KeptKernel?, _ points: PointSet,
    using tile: inout KernelTile
  ) {
    let isDiagonal = rows == columns
    tile.compute(rows: WidePoints(points, Array(rows)), columns: columns)
    for (place, x) in rows.enumerated() {
      if isDiagonal {
        sums.rows[x] += tile.gain(place, of: x, targets)
      } else {
        tile.addPairs(place, of: x, targets, to: sums)
      }
      if let kept { tile.keep(place, of: x, in: kept, rows: rows.count) }
    }
    if let kept, !isDiagonal { tile.turn(into: kept, rows: rows) }
  }
}
