import Foundation
import Testing

/// A session is opened again from anywhere.
@Suite struct FolderTests {
  @Test func `a session on files goes on in another folder`() throws {
    try withWorkplace { place in
      let rows = (0..<6).map { "\($0 % 2)" }.joined(separator: "\n") + "\n"
      try place.write(rows, to: "labels.txt")
      #expect(try place.run("-c", "load blobs samples=6 test=0 classes=2").code == 0)
      #expect(try place.run("-c", "noise file labels.txt").code == 0)
      let folder = FileManager.default.temporaryDirectory.path
      let shell = try
        "cd '\(folder)' && exec '\(Product.binary.path)' --workspace '\(place.workspace)' "
      let run = try place.runShell(shell + "-c 'seed 3; query random 2; show labeled'")
      #expect(run.code == 0, "\(run.err)")
    }
  }

  @Test func `results that cannot be written are no success`() throws {
    try withWorkplace { place in
      let run = try place.runShell("exec '\(Product.binary.path)' -c help > /dev/full")
      #expect(run.code == 1)
      #expect(run.err.contains("results cannot be written"))
    }
  }

  @Test func `a script may come through a pipe`() throws {
    try withWorkplace { place in
      let run = try place.runShell("echo 'seed 4' | '\(Product.binary.path)' run /dev/stdin")
      #expect(run.code == 0, "\(run.err)")
      #expect(run.out == "seed 4\n")
    }
  }
}
