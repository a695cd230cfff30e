"""The site's settings. Sphinx, with every warning an error; the theme's fonts and scripts are files of the site."""

project = "atrad"
html_title = "atrad"
html_theme = "furo"
html_static_path = ["style.css"]
html_css_files = ["style.css"]
html_copy_source = False
html_use_index = False
html_show_copyright = False
# Nothing in a page depends on when it was built.
html_last_updated_fmt = None

extensions = ["myst_parser"]
# Pieces that pages include.
exclude_patterns = ["parts"]
# Headings down to this level have the anchors that GitHub gives them.
myst_heading_anchors = 4
nitpicky = True
# Two hyphens are the start of a flag.
smartquotes = False
# Blocks of code without a language, as most of the repository's documents have them, are not Python.
highlight_language = "text"
