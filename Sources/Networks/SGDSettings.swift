import Foundation

/// How the learning rate goes down from epoch to epoch.
package enum LearningRateSchedule: Sendable, Hashable, Codable {
  case constant
  /// ½ · rate · (1 + cos(π · epoch / epochs)), without warm-up.
  case cosine
  /// The same down to `floor` · rate instead of 0.
  case cosineDown(floor: Double)
  /// Times `factor` from each of these epochs on.
  case steps([Int], factor: Double = 0.1)
  /// rate · factor^epoch.
  case exponential(factor: Double)
  /// rate · (1 − epoch / epochs).
  case linear

  /// The rate of epoch 0, 1, … `epochs` − 1.
  package func rate(_ initial: Double, epoch: Int, of epochs: Int) -> Double {
    let share = Double(epoch) / Double(max(1, epochs))
    return switch self {
    case .constant: initial
    case .cosine: 0.5 * initial * (1 + cos(Double.pi * share))
    case .cosineDown(let floor):
      initial * (floor + (1 - floor) * 0.5 * (1 + cos(Double.pi * share)))
    case .steps(let starts, let factor): initial * pow(factor, Double(starts.count { $0 <= epoch }))
    case .exponential(let factor): initial * pow(factor, Double(epoch))
    case .linear: initial * (1 - share)
    }
  }
}

/// What stochastic gradient descent needs to know besides data and model. The defaults are those of
/// training on a labeled set.
package struct SGDSettings: Sendable, Equatable, Codable {
  package var epochs: Int
  package var batch: Int
  package var learningRate: Double
  package var momentum: Double
  package var nesterov: Bool
  /// Times the parameters, biases too, added to the gradient.
  package var weightDecay: Double
  package var schedule: LearningRateSchedule
  /// The share of input values set to 0 at each visit; the others are divided by one minus it.
  package var dropout: Double

  package init(
    epochs: Int = 200, batch: Int = 64, learningRate: Double = 0.025, momentum: Double = 0.9,
    nesterov: Bool = true, weightDecay: Double = 3e-4, schedule: LearningRateSchedule = .cosine,
    dropout: Double = 0
  ) {
    self.epochs = epochs
    self.batch = batch
    self.learningRate = learningRate
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
    self.schedule = schedule
    self.dropout = dropout
  }

  /// - Throws: `NetworkError.setting` for the first setting outside its range.
  package func validate() throws(NetworkError) {
    let rules: [(String, Double, String, Bool)] = [
      ("epochs", Double(epochs), "at least 0", epochs >= 0),
      ("batch", Double(batch), "from 1 to 65536", (1...65_536).contains(batch)),
      ("lr", learningRate, "a number from 0 on", learningRate >= 0 && learningRate.isFinite),
      ("momentum", momentum, "from 0 to below 1", momentum >= 0 && momentum < 1),
      ("wd", weightDecay, "a number from 0 on", weightDecay >= 0 && weightDecay.isFinite),
      ("dropout", dropout, "from 0 to below 1", dropout >= 0 && dropout < 1),
    ]
    for (name, value, allowed, holds) in rules where !holds {
      throw .setting(name: name, value: value, allowed: allowed)
    }
  }
}
