import Datasets

/// What a session takes from outside: places and limits, nothing that changes results.
package struct Environment: Sendable {
  package var data: DataDirectories
  /// Where `load … download=true` puts files; nil where it may not.
  package var downloads: DownloadPlace?
  /// Bytes that a coverage graph may take.
  package var memory: Int
  /// Where what was worked out from data is kept for later; nil for nowhere.
  package var cache: DerivedCache?
  /// Whether each command's time is said.
  package var timing: Bool
  /// Whether a result longer than the screen goes through a pager, where there is a person to page.
  package var paging: Bool
  /// The keys of the prompt's editor; nil for those of the user's `.editrc`.
  package var editor: EditorKeys?
  /// How wide the screen is that pictures are drawn for.
  package var columns: Int
  /// What they are made of there.
  package var glyphs: PictureGlyphs
  /// What the terminal says of pictures of pixels; nil where there may be none: on no terminal, and
  /// where somebody refuses colours.
  package var terminalGraphics: (@Sendable () -> PictureGraphics)?
  /// How pictures are shown there, whatever it says; nil for what it says.
  package var graphics: PictureGraphics?

  package init(
    data: DataDirectories, downloads: DownloadPlace? = nil,
    memory: Int = Environment.defaultMemory, cache: DerivedCache? = nil, timing: Bool = false,
    paging: Bool = false, columns: Int = 80, glyphs: PictureGlyphs = .braille,
    terminalGraphics: (@Sendable () -> PictureGraphics)? = nil
  ) {
    self.data = data
    self.downloads = downloads
    self.memory = memory
    self.cache = cache
    self.timing = timing
    self.paging = paging
    self.columns = columns
    self.glyphs = glyphs
    self.terminalGraphics = terminalGraphics
  }
}

/// The keys with which a line is edited at the prompt.
package enum EditorKeys: String, Sendable, CaseIterable { case emacs, vi }

/// Where downloads come from and go to.
package struct DownloadPlace: Sendable {
  /// The folder that gets the files; made where it is missing.
  let folder: String
  /// What takes the place of the official address, `$WINNOW_MIRROR`.
  let mirror: String?

  package init(folder: String, mirror: String? = nil) {
    self.folder = folder
    self.mirror = mirror
  }
}
