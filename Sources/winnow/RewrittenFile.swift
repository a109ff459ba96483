import Datasets
import Foundation

/// A file that gets other content and stays the same file to whoever looks: its permissions, and at any
/// moment either the old bytes or the new ones.
enum RewrittenFile {
  /// Through a symbolic link the file behind it.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let mode = try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions]
    let file = try NewFile(target)
    try bytes.withUnsafeBytes { try file.append($0) }
    try file.commit()
    guard let mode else { return }
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: target)
  }
}
