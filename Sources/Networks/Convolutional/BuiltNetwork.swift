import CKernels

/// The tensors of a plan, and how layers become steps of it.
///
/// Layers are taken together where one step can do the work of several: a rectifier with what comes
/// before it and, where nothing is trained, batch normalisation with the convolution or dense layer
/// before it, whose weights it only scales.
struct BuiltNetwork {
  private let plan: OpaquePointer
  private let purpose: NetworkPlan.Purpose
  private(set) var input: ck_tensor = 0
  private(set) var logits: ck_tensor = 0
  private(set) var penultimate: ck_tensor = 0
  /// Masks of the dropout layers.
  private(set) var masks = [ck_tensor]()
  private(set) var entries = [PlanEntry]()
  /// Sizes of tensors, by name.
  private let counts: [String: Int64]

  init(
    _ architecture: Architecture, _ plan: OpaquePointer, _ purpose: NetworkPlan.Purpose,
    inputGradient: Bool
  ) {
    self.plan = plan
    self.purpose = purpose
    counts = Dictionary(
      architecture.tensors.map { ($0.name, Int64($0.count)) }, uniquingKeysWith: { a, _ in a })
    let shape = architecture.shape
    input = ck_plan_input(
      plan, Int32(shape.channels), Int32(shape.height), Int32(shape.width), inputGradient)
    let head = architecture.layers.headLength
    let body = add(architecture.layers.dropLast(head), to: input)
    penultimate = ck_plan_output(plan, body, false)
    let result = add(architecture.layers.suffix(head), to: body)
    logits = ck_plan_output(plan, result, true)
  }

  /// Adds layers one after the other.
  /// - Parameter added: what the last of them adds to its result, or overwrites with it, before
  ///   rectifying; 0: nothing.
  private mutating func add(_ layers: some Collection<Layer>, to x: ck_tensor, added: ck_tensor = 0)
    -> ck_tensor
  {
    var x = x
    let units = LayerUnit.units(of: Array(layers), folding: purpose != .training)
    for (i, unit) in units.enumerated() {
      x = add(unit, to: x, added: i == units.count - 1 ? added : 0)
    }
    return x
  }

  private mutating func add(_ unit: LayerUnit, to x: ck_tensor, added: ck_tensor) -> ck_tensor {
    let rectified = unit.rectified || added != 0
    switch unit.layer {
    case .convolution(
      let name, let outputs, let kernel, let stride, let padding, let groups, let bias):
      var shape = ck_convolution(
        outputs: Int32(outputs), kernel: Int32(kernel), stride: Int32(stride),
        padding: Int32(padding), groups: Int32(groups), rectified: rectified)
      let (weights, biases) = weighted(name, hasBias: bias, unit.normalisation, outputs)
      return ck_plan_convolve(plan, x, &shape, weights, biases, added)
    case .transposedConvolution(
      let name, let outputs, let kernel, let stride, let padding, let bias):
      var shape = ck_convolution(
        outputs: Int32(outputs), kernel: Int32(kernel), stride: Int32(stride),
        padding: Int32(padding), groups: 1, rectified: rectified)
      let (weights, biases) = weighted(name, hasBias: bias, nil, outputs)
      return ck_plan_convolve_transposed(plan, x, &shape, weights, biases)
    case .dense(let name, let outputs, let bias):
      let (weights, biases) = weighted(name, hasBias: bias, unit.normalisation, outputs)
      return ck_plan_dense(plan, x, Int32(outputs), rectified, weights, biases)
    case .denseImage(let name, let channels, let height, let width):
      let (weights, biases) = weighted(
        name, hasBias: true, nil, channels * height * width)
      return ck_plan_dense_image(
        plan, x, Int32(channels), Int32(height), Int32(width), weights, biases)
    case .normalisation(let name):
      return ck_plan_normalise(
        plan, x, rectified, parameter(name + ".weight"), parameter(name + ".bias"),
        statistic(name + ".running_mean"), statistic(name + ".running_var"))
    case .rectifier: return ck_plan_rectify(plan, x)
    case .dropout: return dropout(x)
    case .maxPool(let kernel, let stride, let padding):
      return ck_plan_max_pool(plan, x, Int32(kernel), Int32(stride), Int32(padding))
    case .meanPool(let rows, let columns):
      return ck_plan_mean_pool(plan, x, Int32(rows), Int32(columns))
    case .residual(let body, let shortcut): return residual(body, shortcut, x)
    }
  }

  private mutating func residual(_ body: [Layer], _ shortcut: [Layer], _ x: ck_tensor) -> ck_tensor
  {
    // A convolution can add in passing, where no gradient needs the parts.
    if purpose != .training, body.endsInConvolution {
      // The shortcut is overwritten, so it comes last of those that read x.
      let inner = LayerUnit.units(of: body, folding: true)
      var y = x
      for unit in inner.dropLast() { y = add(unit, to: y, added: 0) }
      let aside = add(shortcut, to: x)
      return inner.last.map { add($0, to: y, added: aside) } ?? aside
    }
    let y = add(body, to: x)
    return ck_plan_add(plan, y, add(shortcut, to: x))
  }

  private mutating func dropout(_ x: ck_tensor) -> ck_tensor {
    guard purpose != .asking else { return x }
    var mask: ck_tensor = 0
    let y = ck_plan_mask(plan, x, &mask)
    masks.append(mask)
    return y
  }

  /// Weights and biases of a layer, with those of the normalisation that is folded into them, if any.
  private mutating func weighted(
    _ name: String, hasBias: Bool, _ normalisation: String?, _ outputs: Int
  ) -> (weights: ck_tensor, bias: ck_tensor) {
    guard let normalisation else {
      return (parameter(name + ".weight"), hasBias ? parameter(name + ".bias") : 0)
    }
    let folded = Folding(layer: name, normalisation: normalisation, hasBias: hasBias)
    let weights = ck_plan_parameter(plan, counts[name + ".weight"] ?? 0)
    let bias = ck_plan_parameter(plan, Int64(outputs))
    entries.append(PlanEntry(name: name + ".weight", place: weights, kind: .folded(folded)))
    entries.append(PlanEntry(name: name + ".bias", place: bias, kind: .foldedBias(folded)))
    return (weights, bias)
  }

  private mutating func parameter(_ name: String) -> ck_tensor {
    let place = ck_plan_parameter(plan, counts[name] ?? 0)
    entries.append(PlanEntry(name: name, place: place, kind: .learned))
    return place
  }

  private mutating func statistic(_ name: String) -> ck_tensor {
    let place = ck_plan_statistic(plan, counts[name] ?? 0)
    entries.append(PlanEntry(name: name, place: place, kind: .statistic))
    return place
  }
}

/// Layers that become one step.
private struct LayerUnit {
  let layer: Layer
  var normalisation: String?
  var rectified = false

  static func units(of layers: [Layer], folding: Bool) -> [LayerUnit] {
    var units = [LayerUnit]()
    for layer in layers {
      switch layer {
      case .normalisation(let name) where folding && units.last?.takesNormalisation == true:
        units[units.count - 1].normalisation = name
      case .rectifier where units.last?.takesRectifier == true:
        units[units.count - 1].rectified = true
      default: units.append(LayerUnit(layer: layer))
      }
    }
    return units
  }

  private var takesNormalisation: Bool {
    guard !rectified, normalisation == nil else { return false }
    switch layer {
    case .convolution, .dense: return true
    default: return false
    }
  }

  private var takesRectifier: Bool {
    guard !rectified else { return false }
    switch layer {
    case .convolution, .transposedConvolution, .dense, .normalisation: return true
    default: return false
    }
  }
}

extension [Layer] {
  /// How many layers at the end are the head: the last dense layer and the dropout before it. What
  /// comes before them makes the penultimate features.
  fileprivate var headLength: Int {
    guard case .dense = last else { return 0 }
    return dropLast().last == .dropout ? 2 : 1
  }

  /// Whether the last step can add something: a convolution, or one with its normalisation.
  fileprivate var endsInConvolution: Bool {
    let rest: ArraySlice<Layer> =
      if case .normalisation = last { dropLast() } else { self[...] }
    if case .convolution = rest.last { return true }
    return false
  }
}

/// Where numbers lie in a plan, and which they are.
struct PlanEntry {
  enum Kind {
    case learned, statistic
    case folded(Folding)
    case foldedBias(Folding)
  }

  let name: String
  let place: ck_tensor
  let kind: Kind

  var isLearned: Bool {
    if case .learned = kind { return true }
    return false
  }

  func values(from weights: NetworkWeights) throws(NetworkError) -> [Float] {
    switch kind {
    case .folded(let folding): return try folding.weights(from: weights)
    case .foldedBias(let folding): return try folding.bias(from: weights)
    case .learned, .statistic: return try weights.required(name)
    }
  }
}

/// A layer and the normalisation after it as one layer: with s = γ / √(variance + 1e-5) per output,
/// weights times s, and bias (b − mean) s + β. Computed in double and rounded once.
struct Folding {
  let layer: String
  let normalisation: String
  let hasBias: Bool

  private func scales(_ weights: NetworkWeights) throws(NetworkError) -> [Double] {
    let gamma = try weights.required(normalisation + ".weight")
    let variance = try weights.required(normalisation + ".running_var")
    return zip(gamma, variance).map { Double($0) / (Double($1) + 1e-5).squareRoot() }
  }

  func weights(from weights: NetworkWeights) throws(NetworkError) -> [Float] {
    var values = try weights.required(layer + ".weight")
    let scales = try scales(weights)
    let length = values.count / max(1, scales.count)
    for (output, scale) in scales.enumerated() {
      for i in output * length..<(output + 1) * length {
        values[i] = Float(Double(values[i]) * scale)
      }
    }
    return values
  }

  func bias(from weights: NetworkWeights) throws(NetworkError) -> [Float] {
    let scales = try scales(weights)
    let mean = try weights.required(normalisation + ".running_mean")
    let beta = try weights.required(normalisation + ".bias")
    let own = hasBias ? try weights.required(layer + ".bias") : nil
    return scales.indices.map {
      Float((Double(own?[$0] ?? 0) - Double(mean[$0])) * scales[$0] + Double(beta[$0]))
    }
  }
}

extension NetworkWeights {
  fileprivate func required(_ name: String) throws(NetworkError) -> [Float] {
    guard let values = self[name] else { throw .weights(name, found: nil, expected: []) }
    return values
  }
}
