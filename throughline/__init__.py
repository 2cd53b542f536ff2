"""The launcher and the command line; the only package an install puts into site-packages."""

__version__ = "0.1.0"
