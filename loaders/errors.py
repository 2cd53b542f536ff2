"""The errors of this room: a file or profile that is refused, by name, with what to do about it."""


class LoadError(Exception):
    """A file or a profile is refused. The text names it, says what is wrong and what helps."""

    def __init__(self, file: object, message: str):
        super().__init__(f"{file}: {message}")
        self.file = str(file)
        self.message = message


class Unclaimed(LoadError):
    """A file whose header no profile knows; `near` where it may be a known export that has changed."""

    def __init__(self, file: object, message: str, near: bool):
        super().__init__(file, message)
        self.near = near


class Faulty(LoadError):
    """A profile of the home with a mistake; `profile` is the name it has, or would have."""

    def __init__(self, file: object, message: str, profile: str):
        super().__init__(file, message)
        self.profile = profile
