import ActiveLearning
import LinearAlgebra
import Networks

/// A trained network on a data set's images.
struct NetworkOfImages: SessionModel {
  let model: NetworkModel
  let recipe: NetworkRecipe

  func evaluation(on data: DataHandle) throws -> Evaluation? {
    guard let images = try data.testImages(), let labels = try data.testLabels(), !labels.isEmpty
    else { return nil }
    return try Evaluation(
      logits: model.outputs(of: PipelineFeed(pipeline: images)).logits, labels: labels)
  }

  func acquisition(seed: Int, round: Int) -> (any AcquisitionSource)? {
    NetworkAcquisition(
      trained: model, maker: recipe, images: recipe.images, seed: seed, round: round)
  }

  func untrained(seed: Int, round: Int) -> (any AcquisitionSource)? {
    NetworkAcquisition(
      trained: nil, maker: recipe, images: recipe.images, seed: seed, round: round)
  }
}
