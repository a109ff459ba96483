/// What a query, a filter or a noise model was asked for and cannot do, as facts without prose.
package enum MethodError: Error, Hashable, Sendable {
  /// A query for more labels than there are candidates, or for fewer than one.
  case budget(requested: Int, available: Int)
  /// A filter or a model was asked to work on an empty labeled set.
  case needsLabels
  /// A strategy, a filter or a model works on features, and the pool has none.
  case needsEmbedding
  /// A strategy needs a ball radius and neither the user nor the data set gave one.
  case needsDelta
  /// An option's value lies outside of what the method is defined for.
  case range(name: String, value: Double, allowed: String)
  /// A sample's index is not one of the pool's `count`.
  case noSuchSample(Int, count: Int)
  /// A label that was bought before was to be bought again.
  case alreadyLabeled(Int)
  /// A purchase of more labels than are left of the budget.
  case overLimit(requested: Int, left: Int)
  /// A list of labels whose length is not the number of samples.
  case labelCount(found: Int, expected: Int)
  /// A label that is none of the classes 0 ..< `classes`; `row` is its place in the list.
  case label(row: Int, value: Int, classes: Int)
  /// Training ran away to infinity: the learning rate is too large for features of this size.
  case diverged(method: String, learningRate: Double)
  /// The method is not defined for this situation; `reason` is a whole clause.
  case refused(reason: String)
}
