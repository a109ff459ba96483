import Datasets
import Foundation
import Notebook

/// Where things lie if nobody says.
enum Places {
  /// The workspace: named, from the environment, under ./workspaces, or in the user's data folder.
  static func workspace(_ named: String?) -> String {
    let environment = ProcessInfo.processInfo.environment
    if let path = named ?? environment["WINNOW_WORKSPACE"], !path.isEmpty { return path }
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: "workspaces", isDirectory: &isFolder),
      isFolder.boolValue
    {
      return "workspaces/default.sqlite"
    }
    return base("XDG_DATA_HOME", ".local/share") + "/winnow/default.sqlite"
  }

  /// Data directories, in the order in which they are looked through.
  static func data(_ named: [String]) -> [String] {
    namedData(named)
      + ["data", base("XDG_CACHE_HOME", ".cache") + "/winnow", "/usr/share/datasets"]
  }

  /// Where downloads go, and the address that `$WINNOW_MIRROR` puts in place of the official ones.
  static func downloads(_ named: [String]) -> DownloadPlace {
    let environment = ProcessInfo.processInfo.environment
    return DownloadPlace(
      folder: Download.directory(named: namedData(named), environment: environment),
      mirror: environment["WINNOW_MIRROR"])
  }

  /// Where what was worked out from data is kept.
  static var derived: String { base("XDG_CACHE_HOME", ".cache") + "/winnow/derived" }

  /// The user's settings for every prompt.
  static var settings: String { base("XDG_CONFIG_HOME", ".config") + "/winnow/rc.winnow" }

  /// What the user named: `--data`, then `$WINNOW_DATA`.
  private static func namedData(_ named: [String]) -> [String] {
    let listed = ProcessInfo.processInfo.environment["WINNOW_DATA"] ?? ""
    return named + listed.split(separator: ":").map(String.init)
  }

  private static func base(_ variable: String, _ folder: String) -> String {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment[variable], !path.isEmpty { return path }
    return (environment["HOME"] ?? NSHomeDirectory()) + "/" + folder
  }
}
