import LinearAlgebra
import Networks
import TestSupport
import Testing

struct TrainingOracleTests {
  @Test func `trains a probe as PyTorch does`() throws {
    let oracle = try Oracle("linear_probe")
    let setting = try oracle.doubles("settings")
    let settings = SGDSettings(
      epochs: Int(setting[4]), batch: Int(setting[3]), learningRate: setting[0],
      momentum: setting[1], weightDecay: setting[2])
    var head = try startingHead(oracle)
    let losses = try LinearTraining(settings).run(
      &head, on: oracle.matrix("features"), labels: oracle.ints("labels"), order: orders(oracle))
    let expected = try oracle.doubles("dropping_losses")
    let means = (0..<5).map { expected[$0 * 3..<$0 * 3 + 3].reduce(0, +) / 3 }
    expectClose(losses, means)
    expectClose(head.weights.elements, try oracle.doubles("dropping_weights"))
    expectClose(head.biases, try oracle.doubles("dropping_biases"))
    let logits = try head.logits(of: oracle.matrix("test_features"))
    expectClose(logits.elements, try oracle.doubles("dropping_test_logits"))
  }

  @Test(arguments: ["aum", "aum_small"])
  func `shows the logits of every batch before its step`(name: String) throws {
    let oracle = try Oracle(name)
    let features = try oracle.matrix("features")
    let labels = try oracle.ints("labels")
    let setting = try oracle.doubles("settings")
    let settings = SGDSettings(
      epochs: Int(setting[4]), batch: Int(setting[3]), learningRate: setting[0],
      momentum: setting[1], weightDecay: setting[2], schedule: .constant)
    var head = try startingHead(oracle)
    var sums = [Double](repeating: 0, count: labels.count)
    var visits = [Int](repeating: 0, count: labels.count)
    let losses = try LinearTraining(settings).run(
      &head, on: features, labels: labels, order: orders(oracle)
    ) { positions, logits in
      for (row, position) in positions.enumerated() {
        sums[position] += margin(logits.row(row), label: labels[position])
        visits[position] += 1
      }
    }
    let final = try head.logits(of: features)
    let areas = labels.indices.map {
      visits[$0] > 0
        ? sums[$0] / Double(visits[$0]) : margin(final.row($0), label: labels[$0])
    }
    #expect(try visits == oracle.ints("dropping_visits"))
    expectClose(areas, try oracle.doubles("dropping_area"), relative: 0, absolute: 2e-4)
    expectClose(head.weights.elements, try oracle.doubles("dropping_weights"), absolute: 2e-4)
    expectClose(head.biases, try oracle.doubles("dropping_biases"), absolute: 2e-4)
    let batchLosses = try oracle.doubles("dropping_losses")
    let perEpoch = batchLosses.count / losses.count
    let means = losses.indices.map {
      batchLosses[$0 * perEpoch..<($0 + 1) * perEpoch].reduce(0, +) / Double(perEpoch)
    }
    expectClose(losses, means, absolute: 2e-4)
  }

  @Test(arguments: [
    ("sgd", 0, false, 0), ("sgd_decay", 0, false, 0.01), ("momentum", 0.9, false, 0.01),
    ("nesterov", 0.9, true, 0.01),
  ])
  func `updates as PyTorch's optimiser does`(
    name: String, momentum: Double, nesterov: Bool, decay: Double
  ) throws {
    let oracle = try Oracle("optimizers")
    let gradients = try oracle.matrix("gradients")
    let trail = try oracle.doubles(name)
    var parameters = try oracle.floats("start")
    var optimiser = MomentumSGD(
      parameters: 7, momentum: momentum, nesterov: nesterov, weightDecay: decay)
    for step in 0..<6 {
      optimiser.step(&parameters, gradients: Array(gradients.row(step)), rate: 0.1)
      let expected = Array(trail[step * 7..<(step + 1) * 7])
      expectClose(parameters, expected, relative: 1e-6, absolute: 1e-6)
    }
  }

  @Test func `lowers the rate along half a cosine`() throws {
    let rates = (0..<200).map { LearningRateSchedule.cosine.rate(0.025, epoch: $0, of: 200) }
    expectClose(rates, try Oracle("schedules").doubles("cosine"), relative: 1e-6, absolute: 1e-9)
    #expect(LearningRateSchedule.constant.rate(0.1, epoch: 7, of: 9) == 0.1)
  }

  @Test func `lowers the rate in steps, by powers and along a line`() throws {
    let steps = LearningRateSchedule.steps([60, 120])
    let rates = (0..<200).map { steps.rate(0.025, epoch: $0, of: 200) }
    expectClose(rates, try Oracle("schedules").doubles("steps"), relative: 1e-6, absolute: 1e-9)
    #expect(LearningRateSchedule.exponential(factor: 0.5).rate(8, epoch: 3, of: 9) == 1)
    #expect(LearningRateSchedule.linear.rate(8, epoch: 3, of: 12) == 6)
  }

  private func startingHead(_ oracle: Oracle) throws -> LinearHead {
    LinearHead(
      weights: try oracle.matrix("initial_weights"), biases: try oracle.floats("initial_biases"))
  }

  private func orders(_ oracle: Oracle) throws -> [[Int]] {
    let shape = try oracle.shape("order")
    let order = try oracle.ints("order")
    return (0..<shape[0]).map { Array(order[$0 * shape[1]..<($0 + 1) * shape[1]]) }
  }

  private func margin(_ logits: ArraySlice<Float>, label: Int) -> Double {
    let row = Array(logits)
    let others = row.indices.filter { $0 != label }.map { row[$0] }
    return Double(row[label]) - Double(others.max() ?? 0)
  }
}
