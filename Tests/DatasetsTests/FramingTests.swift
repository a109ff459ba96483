import Datasets
import LinearAlgebra
import TestSupport
import Testing

/// Resizing and cutting, against Pillow with torchvision's rounding.
struct FramingTests {
  static func framed(_ picture: Picture, _ framing: Framing) -> [UInt8] {
    let length = 3 * framing.side * framing.side
    return [UInt8](unsafeUninitializedCapacity: length) { target, count in
      framing.write(
        picture,
        into: UnsafeMutableRawBufferPointer(start: target.baseAddress, count: length))
      count = length
    }
  }

  @Test(arguments: 0..<13)
  func `every pixel is the one that Pillow gives`(number: Int) throws {
    let expected = try #require(ImageFileTests.expected)
    let sizes = try expected.array("framings").integers()
    let framing = Framing(shorterSide: sizes[2 * number], side: sizes[2 * number + 1])
    let source = try expected.array("source_\(number)")
    let picture = Picture(
      width: source.shape[1], height: source.shape[0],
      pixels: try source.integers().map { UInt8($0) })
    let result = Self.framed(picture, framing)
    let pixels = try expected.array("framed_\(number)").integers()
    // For tall pictures this version of Pillow takes the columns first, and rounds otherwise.
    let isTall = picture.height > 4 * picture.width
    #expect(ImageFileTests.largestDifference(result, pixels) <= (isTall ? 1 : 0))
  }

  @Test func `a photograph is decoded, resized and cut as Pillow does it, up to rounding`() throws {
    let expected = try #require(ImageFileTests.expected).array("photograph_framed")
    let picture = try ImageFile.read(ImageFileTests.path("photograph.jpg"))
    let result = Self.framed(picture, .photograph)
    #expect(ImageFileTests.largestDifference(result, try expected.integers()) <= 3)
  }

  @Test func `an even picture stays even at any size`() {
    for (width, height) in [(1, 1), (7, 300), (640, 9), (64, 64), (1000, 1000), (1, 65500)] {
      let pixels = [UInt8](repeating: 201, count: 3 * width * height)
      let picture = Picture(width: width, height: height, pixels: pixels)
      for framing in [
        Framing(shorterSide: 64, side: 64), .photograph, Framing(shorterSide: 1, side: 1),
      ] {
        #expect(Self.framed(picture, framing).allSatisfy { $0 == 201 }, "\(width) × \(height)")
      }
    }
  }

  @Test func `black and white stay within bounds`() {
    var source = RandomSource(RandomKey(seed: 5, role: .data, method: "image"))
    let pixels = (0..<3 * 41 * 29).map { _ in UInt8(source.integer(below: 2) * 255) }
    let framing = Framing(shorterSide: 37, side: 31)
    let first = Self.framed(Picture(width: 41, height: 29, pixels: pixels), framing)
    let inverse = Self.framed(
      Picture(width: 41, height: 29, pixels: pixels.map { 255 - $0 }), framing)
    // The two rounded results add up to white but for the rounding of two passes.
    #expect(zip(first, inverse).allSatisfy { abs(Int($0) + Int($1) - 255) <= 2 })
  }
}
