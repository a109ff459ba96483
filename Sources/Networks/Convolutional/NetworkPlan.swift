import CKernels
import LinearAlgebra
import Synchronization

/// The numbers between a network's layers.
package enum NumberFormat: String, Sendable, Hashable, Codable, CaseIterable {
  /// 32-bit floats; convolutions take the short way of Winograd's transform where it is faster, which
  /// rounds ten times as coarsely as the long way, to 1.5e-6 of a layer's numbers.
  case f32
  /// 32-bit floats, all convolutions by their definition.
  case exact
  /// bfloat16, an 8-bit fraction; parameters, statistics and the loss stay 32-bit floats.
  case bf16

  /// Whether this processor has the instructions.
  package var isOffered: Bool { self != .bf16 || ck_multiplies_brain_floats() }
}

/// A network made ready for batches of one size: every layer prepared, every array in its place.
///
/// Between `forward` and `backward` the caller turns logits into their gradient, so that any loss
/// fits. Not to be used by two threads at once; the plan's own threads are many.
package final class NetworkPlan {
  /// What a plan is for.
  package enum Purpose: Sendable {
    /// Forward and backward, normalised by each batch's statistics, which the running ones follow.
    case training
    /// Forward only, normalised by the running statistics, which are folded into the weights.
    case asking
    /// The same, with dropout's masks in place.
    case dropping
  }

  package let architecture: Architecture
  package let batch: Int
  let purpose: Purpose
  private let plan: OpaquePointer
  private let built: BuiltNetwork

  /// - Parameter inputGradient: whether the gradient with respect to the images is wanted.
  /// - Throws: `NetworkError.numberFormat`, `.engine`.
  package init(
    _ architecture: Architecture, batch: Int, purpose: Purpose, format: NumberFormat = .f32,
    inputGradient: Bool = false
  ) throws(NetworkError) {
    guard format.isOffered else { throw .numberFormat(format) }
    let precision =
      switch format {
      case .f32: ck_floats
      case .exact: ck_exact_floats
      case .bf16: ck_brain_floats
      }
    guard
      let plan = ck_plan_new(
        Int32(batch), purpose == .training, Int32(precision), Int32(Parallel.threads))
    else { throw .engine("out of memory") }
    self.architecture = architecture
    self.batch = batch
    self.purpose = purpose
    self.plan = plan
    built = BuiltNetwork(architecture, plan, purpose, inputGradient: inputGradient)
    ck_plan_finish(plan)
    if let failure = ck_plan_failure(plan) { throw .engine(String(cString: failure)) }
  }

  deinit { ck_plan_free(plan) }

  /// Bytes that the plan keeps.
  package var bytes: Int { Int(ck_plan_bytes(plan)) }

  /// Images to be filled in, `batch` after one another.
  package var images: UnsafeMutableBufferPointer<Float> { floats(built.input) }
  /// The gradient with respect to them, after `backward`; empty unless it was asked for.
  package var imageGradient: UnsafeMutableBufferPointer<Float> { gradient(built.input) }
  /// One row of logits per image, after `forward`.
  package var logits: UnsafeMutableBufferPointer<Float> { floats(built.logits) }
  /// To be filled in before `backward`.
  package var logitGradient: UnsafeMutableBufferPointer<Float> { gradient(built.logits) }
  /// One row of inputs of the last dense layer per image, before its dropout, after `forward`.
  package var penultimate: UnsafeMutableBufferPointer<Float> { floats(built.penultimate) }

  /// What each dropout layer multiplies by, in the order of the layers; ones at first.
  package var masks: [UnsafeMutableBufferPointer<Float>] { built.masks.map(floats) }

  private func floats(_ tensor: ck_tensor) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(
      start: ck_plan_floats(plan, tensor), count: Int(ck_plan_count(plan, tensor)))
  }

  private func gradient(_ tensor: ck_tensor) -> UnsafeMutableBufferPointer<Float> {
    let start = ck_plan_gradient(plan, tensor)
    return UnsafeMutableBufferPointer(
      start: start, count: start == nil ? 0 : Int(ck_plan_count(plan, tensor)))
  }

  /// Runs all layers on the images.
  /// - Throws: `Interrupted`, looked for between layers; `NetworkError.engine`.
  package func forward() throws { try run(0..<ck_plan_forward_steps(plan)) }

  /// Computes the gradients of all parameters from that of the logits.
  package func backward() throws {
    try run(ck_plan_forward_steps(plan)..<ck_plan_steps(plan))
  }

  private func run(_ steps: Range<Int32>) throws {
    for step in steps {
      try Interrupt.check()
      if !ck_plan_run(plan, step) { throw failure }
    }
  }

  private var failure: NetworkError {
    .engine(ck_plan_failure(plan).map { String(cString: $0) } ?? "nothing to run")
  }

  /// Keeps the gradients, so that a step can be made of several batches.
  package func holdGradients() { ck_plan_hold_gradients(plan) }

  /// Adds those that were kept last.
  package func addHeldGradients() { ck_plan_add_held_gradients(plan) }

  /// Moves the parameters by their gradients.
  /// - Parameter step: counts from 1; Adam wants to know.
  package func update(by optimiser: Optimiser, _ settings: SGDSettings, rate: Double, step: Int) {
    switch optimiser {
    case .sgd:
      ck_plan_descend(
        plan, Float(rate), Float(settings.momentum), settings.nesterov,
        Float(settings.weightDecay))
    case .adam: ck_plan_adapt(plan, Float(rate), Float(settings.weightDecay), Int64(step))
    }
  }

  /// Draws the masks of dropout anew: each number is kept with probability 1 − `share` and divided by
  /// it.
  package func drop(_ share: Double, using random: inout RandomSource) {
    let kept = Float(1 / (1 - share))
    for mask in masks {
      for i in mask.indices { mask[i] = random.uniform() < share ? 0 : kept }
    }
  }

  /// Fills `images` with those at `indices`, which may be fewer than a batch, on the plan's threads:
  /// between two passes they have nothing else to do.
  func gather(
    _ indices: ArraySlice<Int>, of feed: any ImageFeed, random: (_ position: Int) -> RandomSource?
  ) throws {
    let length = feed.shape.count
    nonisolated(unsafe) let images = images
    let streams = indices.indices.map(random)
    let failure = Mutex<(any Error)?>(nil)
    spread(indices.count) { i in
      do {
        try Interrupt.check()
        let place = UnsafeMutableBufferPointer(rebasing: images[i * length..<(i + 1) * length])
        try feed.write(indices[indices.startIndex + i], random: streams[i], into: place)
      } catch {
        failure.withLock { if $0 == nil { $0 = error } }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  private func spread(_ count: Int, _ body: @Sendable (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      let call = Call(body)
      ck_plan_spread(
        plan, Int64(count),
        { context, i in
          guard let context else { return }
          Unmanaged<Call>.fromOpaque(context).takeUnretainedValue().body(Int(i))
        }, Unmanaged.passUnretained(call).toOpaque())
      withExtendedLifetime(call) {}
    }
  }
}

/// A closure that C can carry.
private final class Call: Sendable {
  let body: @Sendable (Int) -> Void
  init(_ body: @escaping @Sendable (Int) -> Void) { self.body = body }
}

extension NetworkPlan {
  /// What a plan keeps for each learned number.
  package enum Part: Int32, Sendable {
    case values, gradients, firstMoments, secondMoments
  }

  /// Puts numbers into the plan, those of a plan that only answers folded together.
  /// - Throws: `NetworkError.weights`, `.engine`.
  package func write(_ weights: NetworkWeights, part: Part = .values) throws(NetworkError) {
    for entry in built.entries where part == .values || entry.isLearned {
      let values = try entry.values(from: weights)
      guard ck_plan_write(plan, entry.place, part.rawValue, values) else { throw failure }
    }
  }

  /// The numbers of a training plan; those that have no such part are 0.
  package func weights(part: Part = .values) throws(NetworkError) -> NetworkWeights {
    var values = [[Float]]()
    let places = Dictionary(
      uniqueKeysWithValues: built.entries.map { ($0.name, $0) })
    for tensor in architecture.tensors {
      var numbers = [Float](repeating: 0, count: tensor.count)
      if let entry = places[tensor.name], part == .values || entry.isLearned {
        guard ck_plan_read(plan, entry.place, part.rawValue, &numbers) else { throw failure }
      }
      values.append(numbers)
    }
    return NetworkWeights(tensors: architecture.tensors, values: values)
  }
}
