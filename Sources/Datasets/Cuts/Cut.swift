/// Which part of a data set's training samples is the pool.
package struct Cut: Sendable, Equatable {
  /// Positions in the whole training split, ascending.
  package let indices: [Int]
  /// How many samples the whole training split has.
  package let whole: Int

  /// Stores the parts.
  package init(indices: [Int], whole: Int) {
    self.indices = indices
    self.whole = whole
  }
}

extension Dataset {
  /// The same data set with the training samples of `cut` alone.
  package func cut(to cut: Cut) -> Dataset {
    var result = self
    result.train = train.examples(at: cut.indices)
    return result
  }
}
