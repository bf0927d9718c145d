"""Takes the pictures of `README.md` and `docs/a-first-day.md`: `make screenshots`.

They show the bundled sample estate at one window's size, so that they can be made anew
whenever the pages change.
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

from discovery_dagster.domain.roles import Role
from discovery_dagster_tests.folders import open_folder
from discovery_dagster_tests.installation import PROJECT, Installation
from discovery_dagster_tests.pages.browsing import CHROMIUM, Visitor, settled
from discovery_dagster_tests.pages.conftest import sample_files
from discovery_dagster_tests.serving import serving

IMAGES = PROJECT / "docs" / "images"
SIZE = (1280, 860)
SESSION = "/engagements/demo.sample-estate/sessions/s001"

#: Name of a picture, page, and what of the page stands at the top.
PICTURES = (
    ("session", SESSION, None),
    ("applications", f"{SESSION}/dependencies", "#map"),
    ("dependencies", f"{SESSION}/dependencies?application=Webshop+Ersatzteile", "#map"),
    ("plan", f"{SESSION}/plan", None),
)

#: Pictures that an editor sees.
EDITORS = (
    ("review", f"{SESSION}/review", None),
    ("scenarios", f"{SESSION}/plan/scenarios?left=board&right=careful", "#figures"),
)


def main() -> None:
    """Import the estate into a home of its own and take the pictures."""
    IMAGES.mkdir(exist_ok=True)
    with open_folder() as folder, Installation(folder / "home") as home:
        home.run("env")  # one server for all that follows
        estate = ("--client", "demo", "--engagement", "sample-estate")
        home.json("import", *sample_files(), *estate, "--title", "Bundled sample estate")
        home.json("plan", "scenario", "save", "careful", "--set", "assets-per-wave 25", *estate)
        with serving(home) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            with Visitor.of(browser, server, "demo", size=SIZE) as visitor:
                for name, url, top in PICTURES:
                    take(visitor, IMAGES / f"{name}.png", url, top)
            token = server.token("demo", role=Role.EDITOR, name="Ann Li")
            with Visitor.of(browser, server, "demo", size=SIZE, token=token) as editor:
                for name, url, top in EDITORS:
                    take(editor, IMAGES / f"{name}.png", url, top)
            browser.close()


def take(visitor: Visitor, image: Path, url: str, top: str | None) -> None:
    """Take one picture, and say how large it is."""
    page = visitor.open(url)
    if top is not None:
        page.locator(top).evaluate("it => it.closest('.panel').scrollIntoView()")
        settled(page)
    page.screenshot(path=image)
    print(f"{image.relative_to(PROJECT)}  {image.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
