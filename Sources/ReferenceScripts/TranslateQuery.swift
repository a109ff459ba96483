import CommandLanguage

/// What is bought in each round.
enum Rounds: Equatable {
  case budgets([Int])
  case samplesPerClass([Int])
}

/// `query` and `filter`.
extension Translator {
  mutating func strategy() throws -> ReferenceStrategy {
    guard let name = take(.strategy, "ACTIVE_LEARNING.SAMPLING_FN") else {
      throw Diagnostic(
        .missingArgument, "no query strategy: neither --al nor ACTIVE_LEARNING.SAMPLING_FN",
        source: flags.source)
    }
    return try ReferenceNames.strategies.find(name)
  }

  mutating func rounds() throws -> Rounds {
    let key = "ACTIVE_LEARNING.BUDGET_PER_ROUND"
    use(
      key, "ACTIVE_LEARNING.BUDGET_SIZE", "ACTIVE_LEARNING.MAX_ITER",
      "ACTIVE_LEARNING.EXPECTED_CLEAN_SAMPLES_PER_CLASS")
    let times = take(.episodes, "ACTIVE_LEARNING.MAX_ITER", or: "5")
    let classes = flags.values(.samplesPerClass)
    _ = take(.samplesPerClass, nil)
    if let budget = flags[.budget]
      ?? (isStart ? nil : configuration["ACTIVE_LEARNING.BUDGET_SIZE"]),
      try budget.integer(from: 0) > 0,
      flags[.budget] != nil || configuration.list(key)?.isEmpty != false
    {
      ignore(.samplesPerClass, "the reference takes --budget where both are given")
      _ = take(.budget, nil)
      return .budgets(
        [Int](repeating: try budget.integer(from: 1), count: try count(times)))
    }
    _ = take(.budget, nil)
    if let classes { return .samplesPerClass(try rising(classes)) }
    guard let list = configuration.list(key), !isStart, !list.isEmpty else {
      throw Diagnostic(
        .missingArgument, "no budget: either --budget or --samples_per_class", source: flags.source)
    }
    return .budgets(try list.map { try $0.integer(from: 1) })
  }

  private func count(_ times: Setting) throws -> Int {
    let count = try times.integer(from: 1)
    guard count <= 1_000_000 else {
      throw times.error(.range, "\(times.name) takes at most 1000000 rounds, not \(count)")
    }
    return count
  }

  private func rising(_ settings: [Setting]) throws -> [Int] {
    var last = 0
    return try settings.map { setting in
      let value = try setting.integer(from: 1)
      guard value > last else {
        throw setting.error(
          .range, "\(setting.name) counts all rounds so far: each number is larger than the last")
      }
      last = value
      return value
    }
  }

  mutating func initial() throws -> [String] {
    let size = take(.initialSize, "ACTIVE_LEARNING.INITIAL_BUDGET_SIZE", or: "0")
    let count = try size.integer(from: 0)
    return count > 0 ? ["query random \(count)"] : []
  }

  /// - Parameter amount: `100`, or `spc=$s`.
  mutating func query(_ strategy: ReferenceStrategy, _ amount: String) throws -> String {
    var line = Line("query", strategy.name)
    line.add(amount)
    try addRadius(&line, strategy)
    try addSchedule(&line, strategy)
    let dropout = take(.noiseDropout, "ACTIVE_LEARNING.NOISE_DROPOUT", or: "False")
    if try dropout.truth() {
      if strategy.isNoiseAware {
        line.option("noise_dropout", "True")
      } else {
        ignore(dropout.name, dropout.text, "\(strategy.name) is not noise-aware")
      }
    }
    try addOwnOptions(&line, strategy)
    return line.text
  }

  private mutating func addRadius(_ line: inout Line, _ strategy: ReferenceStrategy) throws {
    guard let delta = take(.delta, "ACTIVE_LEARNING.INITIAL_DELTA") else { return }
    let value = try delta.number(.fromZero)
    guard let option = strategy.radius else {
      return ignore(delta.name, delta.text, "\(strategy.name) has no radius")
    }
    line.option(option, value)
  }

  private mutating func addSchedule(_ line: inout Line, _ strategy: ReferenceStrategy) throws {
    let keys = "ACTIVE_LEARNING.DELTA_POLICY."
    let policy = take(.schedule, keys + "MAJOR_POLICY", or: "constant")
    let softening = take(.softening, keys + "SOFTENING_POLICY")
    let noise =
      take(.considerNoise, flags[.considerNoise] == nil ? nil : keys + "CONSIDER_NOISE")
      ?? take(nil, keys + "CONSIDER_NOISE", default: "False")
    let schedule = try ReferenceNames.schedules.find(policy)
    let softer = try softening.map(ReferenceNames.softenings.find) ?? "none"
    let considers = try noise?.truth() ?? false
    ignoreDescent(keys + "EXPONENTIAL_K", schedule)
    guard schedule != "constant" else { return }
    guard strategy.schedules else {
      return ignore(policy.name, policy.text, "the radius of \(strategy.name) has no schedule")
    }
    line.option("schedule", schedule)
    if softer != "none" { line.option("softening", softer) }
    if considers { line.option("consider_noise", "True") }
  }

  private mutating func ignoreDescent(_ key: String, _ schedule: String) {
    guard let k = take(nil, key), Double(k.text) != 10 else { return }
    ignore(
      key, k.text,
      schedule == "exponential_descent" ? "the descent has k = 10" : "there is no descent")
  }

  private mutating func addOwnOptions(_ line: inout Line, _ strategy: ReferenceStrategy) throws {
    if strategy.isDropout, let passes = take(nil, "ACTIVE_LEARNING.DROPOUT_ITERATIONS"),
      try passes.integer(from: 1) != 25
    {
      line.option("passes", Value(try passes.integer(from: 1)))
    }
    if strategy.name == "ensemble_var_r", let models = take(nil, "ENSEMBLE.NUM_MODELS"),
      try models.integer(from: 1) != 3
    {
      line.option("models", Value(try models.integer(from: 1)))
    }
    guard strategy.name == "dcom" else { return ignoreRadii("only dcom reads it") }
    let k = try take(.logisticK, "ACTIVE_LEARNING.K_LOGISTIC", or: "50").number(.fromZero)
    let a = try take(.logisticA, "ACTIVE_LEARNING.A_LOGISTIC", or: "0.8").number(.fromZero)
    if k != 50 { line.option("k", k) }
    if a != 0.8 { line.option("a", a) }
    guard !isStart else {
      return ignoreRadii("the reference's program sets it itself, to the value that is Winnow's")
    }
    if let most = try take(nil, "ACTIVE_LEARNING.MAX_DELTA")?.number(.fromZero), most != 1.1 {
      line.option("max_delta", most)
    }
    if let step = try take(nil, "ACTIVE_LEARNING.DELTA_RESOLUTION")?.number(.fromZero), step != 0.02
    {
      line.option("resolution", step)
    }
  }

  private mutating func ignoreRadii(_ reason: String) {
    for key in ["MAX_DELTA", "DELTA_RESOLUTION", "K_LOGISTIC", "A_LOGISTIC"] {
      ignore(key: "ACTIVE_LEARNING." + key, reason)
    }
    ignore(.logisticK, reason)
    ignore(.logisticA, reason)
  }

  mutating func filter() throws -> String {
    let name = try ReferenceNames.filters.find(take(.filter, "NOISE.FILTERING_FN", or: "ideal"))
    var line = Line("filter", name)
    let momentum = take(.momentum, "NOISE.MOMENTUM_COEFFICIENT", or: "0.0")
    let coefficient = try momentum.number(0...1)
    if coefficient > 0 {
      if name == "ideal" {
        ignore(momentum.name, momentum.text, "the ideal filter has no momentum")
      } else {
        line.option("momentum", coefficient)
      }
    }
    let key = "NOISE.NEIGHBORS_FOR_THRESHOLD"
    let neighbours = take(.neighbours, nil) ?? take(nil, key)
    use(key)
    if let neighbours, try neighbours.truth() {
      if name == "aum" {
        line.option("threshold_from", "neighbours")
      } else {
        ignore(neighbours.name, neighbours.text, "only aum has threshold samples")
      }
    }
    return line.text
  }
}
