"""Run as a process of its own by ``claims.preview``: ``draw_page.py FILE count|NUMBER``, the answer on stdout.

Imports nothing of ours, and bounds itself before it looks at the file: a hostile one may bring it down, not us.
"""

import resource
import sys

MEMORY, PROCESSOR_SECONDS = 1024**3, 10
WIDTH = 1000  # pixels
TALLEST = 4  # widths; a page longer than that is drawn smaller


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(path: str, what: str) -> None:
    _bound()
    import pypdfium2  # only now, within the limits

    document = pypdfium2.PdfDocument(path)
    if what == "count":
        sys.stdout.write(str(len(document)))
        return
    page = document[int(what) - 1]
    wide, high = max(page.get_width(), 1), max(page.get_height(), 1)
    page.render(scale=min(WIDTH / wide, TALLEST * WIDTH / high)).to_pil().save(sys.stdout.buffer, format="PNG")


if __name__ == "__main__":
    main(*sys.argv[1:])
