"""Reports as files: the same readings as the pages, without a server or a browser."""
