"""Build hook: a wheel carries the rooms inside the package; an editable install reads them in the checkout."""

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Rooms(BuildHookInterface):
    def initialize(self, version: str, build_data: dict) -> None:
        if version == "standard":
            build_data["force_include"].update({room: f"throughline/_rooms/{room}" for room in self.config["rooms"]})
