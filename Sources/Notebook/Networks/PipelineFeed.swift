import Datasets
import LinearAlgebra
import Networks

/// Images of a data set, handed to a network.
struct PipelineFeed: ImageFeed {
  let pipeline: ImagePipeline

  var shape: ImageShape {
    ImageShape(channels: pipeline.channels, height: pipeline.height, width: pipeline.width)
  }
  var count: Int { pipeline.count }

  func write(
    _ index: Int, random: RandomSource?, into target: UnsafeMutableBufferPointer<Float>
  ) throws {
    try pipeline.write(index, random: random, into: target)
  }
}

/// Some images of a feed, in an order.
struct SelectedImages: ImageFeed {
  private let feed: any ImageFeed
  private let indices: [Int]

  init(_ feed: any ImageFeed, _ indices: [Int]) {
    self.feed = feed
    self.indices = indices
  }

  var shape: ImageShape { feed.shape }
  var count: Int { indices.count }

  func write(
    _ index: Int, random: RandomSource?, into target: UnsafeMutableBufferPointer<Float>
  ) throws {
    try feed.write(indices[index], random: random, into: target)
  }
}
