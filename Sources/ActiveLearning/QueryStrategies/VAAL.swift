import Foundation
import LinearAlgebra
import Networks

/// Takes the candidates that least look as if they were labeled: a discriminator is trained against an
/// autoencoder to tell labeled from unlabeled images by their codes.
///
/// VAAL (Sinha, Ebrahimi, Darrell 2019, Variational adversarial active learning, arXiv 1904.00370); see
/// `AdversarialTraining`. The score is the probability D(μ) of being labeled, and the smallest are taken;
/// equal ones by lowest index. It looks at images and at which of them are labeled, at no label and no
/// embedding. All labeled samples count, suspected ones too. Where nothing is labeled the draw is blind.
///
/// Each query trains anew: epochs · ⌊N / batch⌋ steps of 2 · batch images.
package struct VAAL: ScoringStrategy {
  /// The pool's, a sample's at its index.
  package let images: any ImageFeed
  package let networks: AdversarialNetworks
  package let settings: AdversarialSettings
  package let ties = TieRule.lowest

  package init(
    images: any ImageFeed, networks: AdversarialNetworks, settings: AdversarialSettings
  ) {
    self.images = images
    self.networks = networks
    self.settings = settings
  }

  package func appraise(_ candidates: [Int], in pool: Pool, using random: RandomSource) throws
    -> Appraisal
  {
    let detector = try AdversarialTraining(networks, settings).run(
      on: images, labeled: pool.labeled, unlabeled: candidates,
      using: random.derived { $0.method += "/training" })
    let odds = try detector.logOdds(of: images, at: candidates)
    return Appraisal(
      scores: odds.map { 0 - $0 }, saying: { 1 / (1 + exp($0)) },
      terms: { [.init("log odds of being labeled", odds[$0])] })
  }
}
