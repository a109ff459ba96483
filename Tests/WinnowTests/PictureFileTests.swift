import Foundation
import Testing

/// The files that `plot … file=` writes.
@Suite struct PictureFileTests {
  private static let session = """
    load digits subset=300
    noise sym 0.3
    query npc 12 delta=0.6
    filter aum
    train 1nn
    """

  private static let subjects = ["accuracy", "coverage", "embedding", "noise", "filter"]

  @Test func `the same session draws the same files, whatever the time and the user's settings`()
    throws
  {
    try withWorkplace { place in
      try draw(place, into: "one")
      try place.write("set grid\nset decimalsign ','\nset terminal dumb\n", to: ".gnuplot")
      // A PDF's date has seconds.
      usleep(1_100_000)
      var other = place
      other.environment = ["LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Tokyo"]
      try draw(other, into: "two")
      for subject in Self.subjects {
        for ending in ["svg", "pdf", "png", "txt"] {
          let files = try ["one", "two"].map {
            try Data(contentsOf: place.folder.appending(path: "\($0)/\(subject).\(ending)"))
          }
          #expect(files[0] == files[1], "\(subject).\(ending)")
          #expect(files[0].count > 400, "\(subject).\(ending)")
        }
      }
      let pdf = try Data(contentsOf: place.folder.appending(path: "one/coverage.pdf"))
      #expect(pdf.firstRange(of: Data("(D:19700101000000".utf8)) != nil)
    }
  }

  private func draw(_ place: Workplace, into folder: String) throws {
    try FileManager.default.createDirectory(
      at: place.folder.appending(path: folder), withIntermediateDirectories: true)
    let plots = Self.subjects.flatMap { subject in
      ["svg", "pdf", "png", "txt"].map { "plot \(subject) file=\(folder)/\(subject).\($0)" }
    }
    try place.write(([Self.session] + plots).joined(separator: "\n"), to: "\(folder).winnow")
    let run = try place.run("run", "\(folder).winnow")
    try #require(run.code == 0, "\(run.err)")
  }

  @Test(arguments: [(0.68, 3), (1.5, 1), (0.2, 12)])
  func `every ball is whole, and round`(delta: Double, count: Int) throws {
    try withWorkplace { place in
      let run = try place.run(
        "-c", "load digits subset=300; query probcover \(count) delta=\(delta)", "-c",
        "plot embedding file=balls.svg")
      try #require(run.code == 0, "\(run.err)")
      let svg = try place.read("balls.svg")
      let group = try #require(
        svg.firstMatch(of: /(?s)<title>balls<\/title>(.*?)<title>/)?.output.1)
      let discs = group.matches(of: /(?s) d='(.*?)'/).map { Self.places(String($0.output.1)) }
      #expect(discs.count >= count)
      var widths: [Double] = []
      for disc in discs {
        let (x, y) = (disc.map(\.0), disc.map(\.1))
        let width = (x.max() ?? 0) - (x.min() ?? 0)
        let height = (y.max() ?? 0) - (y.min() ?? 0)
        #expect(abs(width - height) < 0.05 * width)
        widths.append(width)
      }
      // Each is drawn twice, and all but the one in the key are of one size.
      let largest = widths.max() ?? 0
      #expect(widths.count { $0 > 0.98 * largest } == 2 * count)
    }
  }

  /// The points of an SVG path of straight lines.
  private static func places(_ path: String) -> [(Double, Double)] {
    path.matches(of: /(-?[0-9.]+),(-?[0-9.]+)/).compactMap { match in
      guard let x = Double(match.output.1), let y = Double(match.output.2) else { return nil }
      return (x, y)
    }
  }
}
