import ActiveLearning
import LinearAlgebra
import Networks
import TestSupport
import Testing

@Suite struct `Areas under the margin` {
  @Test func `are those of the published example`() throws {
    let reference = try Reference("aum_margins")
    let logits = try reference.floats("logits")
    let samples = try reference.ints("samples")
    let labels = try reference.ints("labels")
    // Sample 1 is seen with one label in the first batch and with another in the second, so it
    // stands in the record twice: positions 0, 1 and 2, 3 are the two batches.
    var record = MarginRecord(labels: labels)
    for batch in 0..<2 {
      let rows = Matrix(rows: 2, columns: 3, elements: Array(logits[batch * 6..<batch * 6 + 6]))
      record.record([0, 1, 2, 3][batch * 2..<batch * 2 + 2], rows)
    }
    let margins = record.areas { _ in Matrix(zeros: 0, 3) }
    #expect(try margins == reference.doubles("margins"))
    let areas = (0..<3).map { sample in
      let own = samples.indices.filter { samples[$0] == sample }
      return own.reduce(0) { $0 + margins[$1] } / Double(own.count)
    }
    #expect(try areas == reference.doubles("areas"))
    #expect(areas == [-1, 1, -1])
  }

  @Test func `come from the finished model where a sample was never visited`() {
    var record = MarginRecord(labels: [0, 1, 0])
    record.record([0], Matrix(rows: 1, columns: 2, elements: [3, 1]))
    record.record([0], Matrix(rows: 1, columns: 2, elements: [1, 5]))
    let areas = record.areas { positions in
      #expect(positions == [1, 2])
      return Matrix(rows: 2, columns: 2, elements: [1, 2, 7, 4])
    }
    #expect(areas == [-1, 1, 3])
    #expect(record.visits == [2, 0, 0])
  }

  @Test(arguments: ["aum", "aum_small"])
  func `meet the reference run step by step`(name: String) throws {
    let reference = try Reference(name)
    let epochs = Int(try reference.doubles("settings")[4])
    let found = try measure(reference, epochs: epochs)
    #expect(try isClose(found.areas, reference.doubles("dropping_area"), within: 2e-4))
    #expect(try found.visits == reference.ints("dropping_visits"))
    let labeled = try reference.ints("dropping_clean").count
    let judgement = AreaJudgement(
      areas: Array(found.areas.prefix(labeled)), thresholds: Array(found.areas.dropFirst(labeled)),
      percentile: 80)
    #expect(try judgement.clean == reference.bools("dropping_clean"))
    #expect(try isClose(judgement.quality, reference.doubles("dropping_quality"), within: 2e-4))
    #expect(try abs(judgement.threshold - reference.scalar("dropping_threshold")) <= 2e-4)
  }

  @Test(arguments: ["aum", "aum_small"])
  func `meet the reference after one epoch, dropped rest included`(name: String) throws {
    let reference = try Reference(name)
    let found = try measure(reference, epochs: 1)
    #expect(try isClose(found.areas, reference.doubles("first_epoch_area"), within: 2e-4))
    #expect(try found.visits == reference.ints("first_epoch_visits"))
  }

  private func measure(
    _ reference: Reference, epochs: Int
  ) throws -> (areas: [Double], visits: [Int]) {
    let settings = try reference.doubles("settings")
    let features = try reference.matrix("features")
    let labels = try reference.ints("labels")
    let visits = try reference.ints("order")
    let length = try reference.shape("order")[1]
    let order = (0..<epochs).map { Array(visits[$0 * length..<($0 + 1) * length]) }
    var head = LinearHead(
      weights: try reference.matrix("initial_weights"),
      biases: try reference.floats("initial_biases"))
    var record = MarginRecord(labels: labels)
    let training = LinearTraining(
      SGDSettings(
        epochs: epochs, batch: Int(settings[3]), learningRate: settings[0], momentum: settings[1],
        weightDecay: settings[2], schedule: .constant))
    _ = try training.run(&head, on: features, labels: labels, order: order) {
      record.record($0, $1)
    }
    let areas = try record.areas { try head.logits(of: features.rows(at: $0)) }
    return (areas, record.visits)
  }
}

@Suite struct `A judgement of areas` {
  @Test func `asks for the eightieth percentile of the threshold samples`() {
    let judgement = AreaJudgement(
      areas: [6.2, 5.2001, 5.1, 0.2], thresholds: [10, 1, 3, 2, 4], percentile: 80)
    #expect(abs(judgement.threshold - 5.2) < 1e-12)
    #expect(judgement.clean == [true, true, false, false])
    #expect(isClose(judgement.quality, [1, 0.50005, 0.49, 0], within: 1e-9))
  }

  @Test func `divides nothing by nothing`() {
    let same = AreaJudgement(areas: [2, 2], thresholds: [2], percentile: 80)
    #expect(same.clean == [true, true])
    #expect(same.quality == [0.5, 0.5])
    let mixed = AreaJudgement(areas: [2, 1], thresholds: [2], percentile: 80)
    #expect(mixed.quality == [0.5, 0])
  }

  @Test func `never gives a suspected label the quality of a clean one`() {
    let areas = [(1.0 as Double).nextDown, 1, -1e300]
    let judgement = AreaJudgement(areas: areas, thresholds: [1], percentile: 50)
    #expect(judgement.clean == [false, true, false])
    #expect(zip(judgement.clean, judgement.quality).allSatisfy { $0 == ($1 >= 0.5) })
  }
}
