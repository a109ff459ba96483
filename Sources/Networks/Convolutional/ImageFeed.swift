import LinearAlgebra

/// The size of every image of a feed.
package struct ImageShape: Sendable, Hashable, Codable {
  package var channels: Int
  package var height: Int
  package var width: Int

  package init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Numbers per image.
  package var count: Int { channels * height * width }
}

/// What a network is trained on or asked about: images by number, ready for the first layer.
package protocol ImageFeed: Sendable {
  var shape: ImageShape { get }
  var count: Int { get }
  /// Writes the image `index`: `shape.count` normalised floats, one channel after the other, each row
  /// by row. Called from many threads at once; what is written depends on the arguments alone.
  /// - Parameter random: the stream of the changes that are made to the image; nil: none are made.
  func write(_ index: Int, random: RandomSource?, into: UnsafeMutableBufferPointer<Float>) throws
}
