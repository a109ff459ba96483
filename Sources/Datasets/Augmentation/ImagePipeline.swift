import LinearAlgebra

/// Makes of the 8-bit images of a set the numbers that a network takes: from 0 to 1, augmented where
/// that is asked for, less the mean and divided by the deviation of each channel.
///
/// What comes out for an image depends on the image and on the stream of random numbers alone, so
/// any number of threads may ask at once and in any order.
package struct ImagePipeline: Sendable {
  /// The images.
  package let images: ImageSet
  /// Rows of pixels that come out.
  package let height: Int
  /// Pixels per row that come out.
  package let width: Int
  /// What is done at random.
  package let augmentation: Augmentation
  /// What the pixels are centred and divided by.
  package let normalisation: Normalisation

  /// Stores the parts.
  /// - Parameter side: the side of the square that images are resized to; nil where they stay as
  ///   they are.
  /// - Precondition: `normalisation` has as many channels as the images.
  package init(
    _ images: ImageSet, side: Int? = nil, augmentation: Augmentation = Augmentation(),
    normalisation: Normalisation
  ) {
    precondition(normalisation.mean.count == images.channels, "a mean for each channel")
    self.images = images
    height = side ?? images.height
    width = side ?? images.width
    self.augmentation = augmentation
    self.normalisation = normalisation
  }

  /// The number of images.
  package var count: Int { images.count }
  /// 1 for grey images, 3 for red, green and blue.
  package var channels: Int { images.channels }
  /// How many numbers an image becomes.
  package var length: Int { channels * height * width }

  /// Writes what becomes of one image: channel after channel, in each row after row.
  ///
  /// Cutting out and resizing are done in 8 bits, as in most training programs; changes of colour
  /// are not rounded.
  /// - Parameters:
  ///   - random: the stream that augmentation draws from; nil where the image is not augmented.
  ///   - target: room for `length` numbers.
  /// - Throws: `FileError` where the image's file cannot be read.
  package func write(
    _ index: Int, random: RandomSource?, into target: UnsafeMutableBufferPointer<Float>
  ) throws {
    let result = Planes(target, channels: channels, height: height, width: width)
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { bytes in
      let pixels = Planes(bytes, channels: channels, height: height, width: width)
      guard var random else {
        try writeWhole(index, into: pixels)
        return Self.widen(pixels, into: result)
      }
      try writePart(index, into: pixels, using: &random)
      if augmentation.flips && random.uniform() < 0.5 { pixels.mirror() }
      augmentation.operations?.apply(to: pixels, using: &random)
      Self.widen(pixels, into: result)
      augmentation.colours?.apply(to: result, using: &random)
    }
    normalisation.apply(to: result)
  }

  private static func widen(_ pixels: Planes<UInt8>, into result: Planes<Float>) {
    let (source, target) = (pixels.pixels, result.pixels)
    for place in source.indices { target[place] = Float(source[place]) / 255 }
  }

  // MARK: the part that is taken

  private func writePart(
    _ index: Int, into target: Planes<UInt8>, using random: inout RandomSource
  ) throws {
    switch augmentation.crop {
    case .none: try writeWhole(index, into: target)
    case .padded(let margin):
      let down = random.integer(below: 2 * margin + 1) - margin
      let right = random.integer(below: 2 * margin + 1) - margin
      try writeWhole(index, into: target)
      target.shift(down: down, right: right)
    case .resized(let shares):
      let picture = try images.picture(index)
      let box = PixelBox.random(
        width: picture.width, height: picture.height, shares: shares, using: &random)
      target.fill(from: picture, box)
    }
  }

  private func writeWhole(_ index: Int, into target: Planes<UInt8>) throws {
    guard height == images.height, width == images.width else {
      let picture = try images.framedPicture(index)
      let all = PixelBox(left: 0, top: 0, width: picture.width, height: picture.height)
      return target.fill(from: picture, all)
    }
    try images.withPixels(of: index) {
      UnsafeMutableRawBufferPointer(target.pixels).copyMemory(from: $0)
    }
  }
}

extension Planes<UInt8> {
  /// Takes over a part of a picture, resized as by `TriangleFilter`; of a picture whose channels are
  /// equal a single channel takes one.
  /// - Precondition: the part lies within the picture and has at least one pixel.
  package func fill(from picture: Picture, _ box: PixelBox) {
    let across = TriangleFilter(
      from: box.width, to: width, positions: 0..<width, offset: box.left)
    let down = TriangleFilter(
      from: box.height, to: height, positions: 0..<height, offset: box.top)
    let own = UnsafeMutableRawBufferPointer(pixels)
    guard channels == 1 else {
      return Resampling.write(picture, across: across, down: down, into: own)
    }
    withUnsafeTemporaryAllocation(byteCount: 3 * area, alignment: 16) { all in
      Resampling.write(picture, across: across, down: down, into: all)
      own.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[..<area]))
    }
  }

  /// Takes the pixels that lie so many rows further down and columns further right, black where
  /// there are none.
  package func shift(down: Int, right: Int) {
    let rows = max(0, -down)..<max(0, -down, min(height, height - down))
    let columns = max(0, -right)..<max(0, -right, min(width, width - right))
    withCopy { source in
      pixels.update(repeating: 0)
      for channel in 0..<channels {
        for y in rows {
          let line = source.row(channel * height + y + down)
          let part = line[columns.lowerBound + right..<columns.upperBound + right]
          _ = UnsafeMutableBufferPointer(rebasing: row(channel * height + y)[columns])
            .update(fromContentsOf: part)
        }
      }
    }
  }
}
