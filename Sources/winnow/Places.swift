import Foundation

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
    let environment = ProcessInfo.processInfo.environment
    let listed = (environment["WINNOW_DATA"] ?? "").split(separator: ":").map(String.init)
    return named + listed
      + ["data", base("XDG_CACHE_HOME", ".cache") + "/winnow", "/usr/share/datasets"]
  }

  private static func base(_ variable: String, _ folder: String) -> String {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment[variable], !path.isEmpty { return path }
    return (environment["HOME"] ?? NSHomeDirectory()) + "/" + folder
  }
}
