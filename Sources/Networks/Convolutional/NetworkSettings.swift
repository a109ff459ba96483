/// The rule by which a network's parameters follow their gradients.
package enum Optimiser: String, Sendable, Hashable, Codable, CaseIterable {
  /// Stochastic gradient descent with momentum.
  case sgd
  /// Adam with betas 0.9 and 0.999 and epsilon 1e-8; weight decay is added to the gradient.
  case adam
}

/// How a network is trained. Momentum and Nesterov's way say nothing to Adam.
package struct NetworkSettings: Sendable, Equatable, Codable {
  package var descent: SGDSettings
  package var optimiser: Optimiser
  /// Every epoch draws as many samples as it would visit, with replacement, so that all labels are
  /// equally likely.
  package var balance: Bool
  package var format: NumberFormat

  package init(
    _ descent: SGDSettings = SGDSettings(dropout: 0.5), optimiser: Optimiser = .sgd,
    balance: Bool = false, format: NumberFormat = .f32
  ) {
    self.descent = descent
    self.optimiser = optimiser
    self.balance = balance
    self.format = format
  }
}
