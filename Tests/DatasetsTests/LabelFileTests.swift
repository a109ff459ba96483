import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Labels from arrays and from text.
struct LabelFileTests {
  func read(_ text: String, count: Int? = nil, classes: Int? = nil) throws -> [Int] {
    try withMemoryFolder { folder in
      try LabelFile.read(folder.write(text, as: "labels.csv"), count: count, classes: classes)
    }
  }

  @Test(arguments: [
    "3\n0\n12\n", "3\n0\n12", "3\r\n0\r\n12\r\n", " 3\n0 \n12\n\n\n", "\u{feff}3\n0\n12\n",
    "index,label\n0,3\n1,0\n2,12\n", "Index, Label\r\n2, 12\r\n0, 3\r\n1, 0\r\n",
  ])
  func `text is read in every usual form`(text: String) throws {
    #expect(try read(text) == [3, 0, 12])
    #expect(try read(text, count: 3, classes: 13) == [3, 0, 12])
    #expect(fileError { _ = try read(text, count: 4) } != nil)
    #expect(fileError { _ = try read(text, classes: 12) }?.place == .row(2))
  }

  @Test func `what is no label is named by its line`() throws {
    let cases: [(String, Int)] = [
      ("1\n2.0\n", 2), ("1\n\n2\n", 2), ("label\n1\n", 1), ("1,2\n", 1), ("1\ncat\n", 2),
      ("index,label\n0,1\n0,2\n", 3), ("index,label\n0,1\n2,2\n", 3), ("index,label\n-1,1\n", 2),
      ("index,label\n0\n", 2), ("index,label\n0,1,2\n", 2), ("index,label\n0,x\n", 2),
      ("99999999999999999999\n", 1),
    ]
    for (text, line) in cases {
      #expect(fileError { _ = try read(text) }?.place == .line(line), "\(text)")
    }
  }

  @Test func `a sample without a label is named`() throws {
    let error = fileError { _ = try read("index,label\n0,1\n2,1\n", count: 3) }
    #expect(error?.place == .row(1))
  }

  @Test func `an empty file has no labels`() throws {
    #expect(try read("") == [])
    #expect(fileError { _ = try read("", count: 2) }?.found == "0")
  }

  @Test func `arrays and members of archives are labels, too`() throws {
    try withMemoryFolder { folder in
      let array = Build.npy("|u1", "(3,)", [2, 0, 1])
      let npy = try folder.write(array, as: "labels.npy")
      #expect(try LabelFile.read(npy, count: 3, classes: 3) == [2, 0, 1])
      let npz = try folder.write(
        Build.zip([Build.Member(name: "worse.npy", data: array)]), as: "labels.npz")
      #expect(try LabelFile.read(npz + ":worse") == [2, 0, 1])
      let error = fileError { _ = try LabelFile.read(npz + ":worse", classes: 2) }
      #expect(error?.member == "worse")
      #expect(error?.place == .row(0))
      let text = try folder.write("1\n", as: "wrong.npy")
      #expect(fileError { _ = try LabelFile.read(text) }?.kind == .format)
    }
  }

  @Test func `damaged text ends in labels or in a file error`() throws {
    var source = RandomSource(RandomKey(seed: 4, role: .data, method: "labels"))
    let text = Array("index,label\n0,3\n1,0\n2,12\n".utf8)
    try withMemoryFolder { folder in
      for _ in 0..<1000 {
        let path = try folder.write(damaged(text, using: &source), as: "labels.csv")
        do { _ = try LabelFile.read(path, count: 3, classes: 13) } catch is FileError {}
      }
    }
  }
}
