import LinearAlgebra
import TestSupport
import Testing

@Suite struct `A mixture of two normal distributions` {
  @Test func `meets the reference from its start`() throws {
    let oracle = try Oracle("gaussian_mixture")
    let values = try oracle.doubles("values")
    for (tag, tolerance) in [("usual", 1e-3), ("tight", 1e-12)] {
      var mixture = GaussianMixture(
        weights: try oracle.doubles("initial_weights"), means: try oracle.doubles("initial_means"),
        variances: try oracle.doubles("initial_variances"))
      let iterations = mixture.fit(to: values, tolerance: tolerance, iterations: 100_000)
      expectClose(mixture.weights, try oracle.doubles("\(tag)_weights"), relative: 1e-5)
      expectClose(mixture.means, try oracle.doubles("\(tag)_means"), relative: 1e-5)
      expectClose(mixture.variances, try oracle.doubles("\(tag)_variances"), relative: 1e-5)
      let posteriors = values.flatMap { value in
        (0..<2).map { mixture.posterior(of: $0, value) }
      }
      expectClose(posteriors, try oracle.doubles("\(tag)_posterior"))
      if tag == "usual" {
        #expect(try iterations == oracle.ints("usual_iterations")[0])
      } else {
        let likelihood = mixture.meanLogLikelihood(of: values)
        #expect(try abs(likelihood - oracle.scalar("tight_mean_log_likelihood")) < 1e-8)
      }
    }
  }

  @Test func `finds two groups by itself`() throws {
    let values = [0.1, 0.2, 0.15, 0.3, 2.0, 2.2, 2.1, 1.9, 1.2]
    let mixture = try #require(GaussianMixture(of: values))
    expectClose(mixture.means, [0.1875, 1.88], relative: 0, absolute: 5e-5)
    expectClose(mixture.variances, [0.00547, 0.12562], relative: 0, absolute: 5e-6)
    expectClose(mixture.weights, [0.4444, 0.5556], relative: 0, absolute: 5e-5)
  }

  @Test func `keeps to numbers far away from everything`() throws {
    let mixture = try #require(GaussianMixture(of: [0, 0, 0, 1e3, 1e3]))
    for value in [-1e12, -1, 0, 500, 1e3, 1e12] {
      #expect((0...1).contains(mixture.posteriorOfHigher(value)))
    }
    #expect(mixture.posteriorOfHigher(0) == 0)
    #expect(mixture.posteriorOfHigher(1e3) == 1)
  }

  @Test(arguments: [[], [4], [2, 2, 2]] as [[Double]])
  func `is not fitted to equal values`(values: [Double]) {
    #expect(GaussianMixture(of: values) == nil)
    #expect(BetaMixture(of: values) == nil)
    #expect(upperGroup(of: values) == nil)
  }
}

@Suite struct `A mixture of two beta distributions` {
  @Test func `meets the reference`() throws {
    let oracle = try Oracle("beta_mixture")
    let values = try oracle.doubles("values")
    #expect(try upperGroup(of: values) == oracle.bools("initial_upper"))
    let mixture = try #require(BetaMixture(of: values))
    #expect(try mixture.iterations == oracle.ints("iterations")[0])
    expectClose(mixture.alphas, try oracle.doubles("alphas"), relative: 1e-6)
    expectClose(mixture.betas, try oracle.doubles("betas"), relative: 1e-6)
    expectClose(mixture.weights, try oracle.doubles("weights"), relative: 1e-6)
    let posteriors = values.map(mixture.posteriorOfHigher)
    expectClose(posteriors, try oracle.doubles("posterior_of_higher"), relative: 1e-6)
    #expect(try posteriors.map { $0 > 0.5 } == oracle.bools("clean"))
  }

  @Test func `tells low shares from high ones`() throws {
    let values = [0.02, 0.05, 0.10, 0.12, 0.20, 0.30, 0.70, 0.80, 0.85, 0.90, 0.95, 0.97]
    let mixture = try #require(BetaMixture(of: values))
    expectClose(mixture.alphas, [1.5589, 11.1779], relative: 0, absolute: 5e-5)
    expectClose(mixture.betas, [10.2766, 1.7948], relative: 0, absolute: 5e-5)
    expectClose(mixture.weights, [0.5, 0.5], relative: 0, absolute: 5e-5)
    #expect(mixture.iterations == 4)
    let expected = [0, 0, 0, 0, 0, 0.0004, 0.9994, 1, 1, 1, 1, 1]
    expectClose(
      values.map(mixture.posteriorOfHigher), expected, relative: 0, absolute: 6e-5)
  }

  @Test(arguments: [
    [0, 1], [0, 0, 0, 1], [0.5, 0.5, 0.5, 0.5000001], [0, 0.5, 1], [0.1, 0.1, 0.1, 0.9, 0.9, 0.9],
  ])
  func `stays within bounds at the edges`(values: [Double]) throws {
    for margin in [1e-4, 1e-8] {
      let mixture = try #require(BetaMixture(of: values, margin: margin))
      let parameters = mixture.alphas + mixture.betas
      #expect(parameters.allSatisfy { $0 >= 1e-3 && $0.isFinite })
      for value in [0, 1e-9, 0.3, 0.5, 1] {
        #expect((0...1).contains(mixture.posteriorOfHigher(value)))
      }
    }
  }
}

@Suite struct `Two groups on a line` {
  @Test func `are split where the least is left within them`() throws {
    var random = RandomSource(RandomKey(seed: 4, role: .data))
    for count in 2...40 {
      let values = (0..<count).map { _ in random.normal() }
      let upper = try #require(upperGroup(of: values))
      let cuts = (1..<count).map { cut in
        let sorted = values.sorted()
        return spread(Array(sorted[..<cut])) + spread(Array(sorted[cut...]))
      }
      let found =
        spread(values.indices.filter { upper[$0] }.map { values[$0] })
        + spread(values.indices.filter { !upper[$0] }.map { values[$0] })
      let least = try #require(cuts.min())
      #expect(abs(found - least) <= 1e-12 * (1 + least))
    }
  }

  @Test func `are split low where two cuts are equally good`() {
    #expect(upperGroup(of: [2, 0, 1]) == [true, false, true])
    #expect(upperGroup(of: [0.1, 0.3, 0.2]) == [false, true, true])
  }

  private func spread(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }
}
