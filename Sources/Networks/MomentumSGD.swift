/// One rule for updating parameters by gradients: stochastic gradient descent with momentum.
///
/// With g = gradient + decay · p:  v ← μ v + g (so v = g at the first step);  Nesterov:
/// p ← p − rate · (g + μ v), else p ← p − rate · v. (Sutskever et al. 2013, as PyTorch writes it.)
package struct MomentumSGD: Sendable {
  private let momentum: Float
  private let nesterov: Bool
  private let weightDecay: Float
  package private(set) var velocity: [Float]

  package init(parameters: Int, momentum: Double, nesterov: Bool, weightDecay: Double) {
    self.momentum = Float(momentum)
    self.nesterov = nesterov
    self.weightDecay = Float(weightDecay)
    velocity = [Float](repeating: 0, count: parameters)
  }

  /// Moves `parameters` by one step.
  /// - Precondition: as many parameters and gradients as were announced.
  package mutating func step(_ parameters: inout [Float], gradients: [Float], rate: Double) {
    precondition(parameters.count == velocity.count && gradients.count == velocity.count)
    let (rate, momentum, decay) = (Float(rate), momentum, weightDecay)
    // Nesterov's step is g + μ v, the plain one v = 0 g + 1 v.
    let ownShare: Float = nesterov ? 1 : 0
    let velocityShare: Float = nesterov ? momentum : 1
    velocity.withUnsafeMutableBufferPointer { v in
      parameters.withUnsafeMutableBufferPointer { p in
        gradients.withUnsafeBufferPointer { gradients in
          for i in v.indices {
            let g = gradients[i] + decay * p[i]
            v[i] = momentum * v[i] + g
            p[i] -= rate * (ownShare * g + velocityShare * v[i])
          }
        }
      }
    }
  }
}
