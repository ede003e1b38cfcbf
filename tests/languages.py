"""The languages there are: the folders of templates/languages, one translation each."""

from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "templates" / "languages"
LANGUAGES = tuple(sorted(folder.name for folder in _FOLDER.iterdir() if folder.is_dir()))
