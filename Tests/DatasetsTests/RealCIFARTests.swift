import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// The first images of the real CIFAR files and the real labels of CIFAR-N, where they are there.
struct RealCIFARTests {
  @Test func `the real pickles are read as they are published`() throws {
    guard let folder = RealData.path("cifar-10-batches-py-small") else { return }
    let first = try CIFARPickles.read("\(folder)/data_batch_1", classes: .ten)
    #expect(first.labels.count == 700)
    #expect(first.labels.prefix(12) == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3, 4, 7])
    #expect(try CIFARPickles.read("\(folder)/data_batch_2", classes: .ten).labels.count == 300)
    #expect(
      try CIFARPickles.names("\(folder)/batches.meta", classes: .ten) == CIFAR10.classNames)
    // A tree with two of five batches is no data set.
    let error = fileError { _ = try CIFAR10.load(from: DataDirectories(paths: []), path: folder) }
    #expect(error?.found == "no data_batch_3, data_batch_4, data_batch_5")
  }

  @Test func `the real records have the images of the pickles`() throws {
    guard let records = RealData.path("cifar-binary-small"),
      let ten = RealData.path("cifar-10-batches-py-small"),
      let hundred = RealData.path("cifar-100-python-small")
    else { return }
    for (record, pickle, classes) in [
      ("data_batch_1.bin", "\(ten)/data_batch_1", CIFARBatch.Classes.ten),
      ("data_batch_2.bin", "\(ten)/data_batch_2", .ten),
      ("test_batch.bin", "\(ten)/test_batch", .ten),
      ("cifar100_train.bin", "\(hundred)/train", .hundred),
      ("cifar100_test.bin", "\(hundred)/test", .hundred),
    ] {
      let own = try CIFARRecords.read("\(records)/\(record)", classes: classes)
      let other = try CIFARPickles.read(pickle, classes: classes)
      #expect(own.labels.count == 100)
      #expect(own.labels == Array(other.labels[..<100]))
      #expect(own.pixels == Array(other.pixels[..<(100 * CIFARBatch.imageLength)]))
      if classes == .hundred { #expect(own.coarseLabels == Array(other.coarseLabels[..<100])) }
    }
  }

  @Test func `CIFAR-100 loads with its superclasses, and its names file is the published one`()
    throws
  {
    guard let folder = RealData.path("cifar-100-python-small") else { return }
    let set = try CIFAR100.load(from: DataDirectories(paths: []), path: folder)
    #expect(set.train.count == 1000 && set.test?.count == 300)
    #expect(set.train.labels.prefix(12) == [19, 29, 0, 11, 1, 86, 90, 28, 23, 31, 39, 96])
    #expect(set.classNames[19] == "cattle")
    let coarse = try #require(set.superclasses)
    // Apples are fruit, aquarium fish are fish.
    #expect(coarse[0] == 4 && coarse[1] == 1)
    #expect(Set(coarse).isSubset(of: Set(0..<20)))
    for superclass in 0..<20 { #expect(coarse.count { $0 == superclass } == 5) }
    #expect(set.notices[0] == "not the published files of cifar100, by their MD5: train, test")
  }

  @Test func `the real human labels have the published rates`() throws {
    guard let folder = RealData.path("cifar-n") else { return }
    let rates: [(Int, String, Double)] = [
      (10, "aggre_label", 0.0901), (10, "random_label1", 0.17234), (10, "random_label2", 0.18122),
      (10, "random_label3", 0.1764), (10, "worse_label", 0.40208), (10, "clean_label", 0),
      (100, "noisy_label", 0.402), (100, "clean_label", 0),
    ]
    for (classes, kind, rate) in rates {
      let clean = try LabelFile.read("\(folder)/CIFAR-\(classes)_human.pt:clean_label")
      let labels = try HumanLabels.read(
        kind: kind, classes: classes, labels: clean, from: DataDirectories(paths: [folder]))
      #expect(labels.count == 50_000)
      let wrong = zip(labels, clean).count { $0 != $1 }
      #expect(abs(Double(wrong) / 50_000 - rate) < 5e-5, "\(kind)")
      if kind == "worse_label" {
        #expect(labels.prefix(12) == [4, 9, 0, 5, 1, 9, 2, 4, 8, 8, 6, 0])
      }
      if kind == "noisy_label" {
        #expect(labels.prefix(12) == [19, 63, 10, 11, 1, 86, 90, 28, 23, 31, 39, 33])
      }
    }
  }

  @Test func `the real human labels are those of the real images`() throws {
    guard let folder = RealData.path("cifar-n"),
      let ten = RealData.path("cifar-10-batches-py-small"),
      let hundred = RealData.path("cifar-100-python-small")
    else { return }
    for (labels, images) in [
      ("CIFAR-10", try CIFARPickles.read("\(ten)/data_batch_1", classes: .ten)),
      ("CIFAR-100", try CIFARPickles.read("\(hundred)/train", classes: .hundred)),
    ] {
      let clean = try LabelFile.read("\(folder)/\(labels)_human.pt:clean_label")
      #expect(images.labels == Array(clean.prefix(images.labels.count)))
    }
  }
}
