"""`mara new domain`: an empty domain in its place of the layers."""

from infra.local.scaffold.changes import all_or_nothing
from infra.local.scaffold.files import domain_folder, snake

PYPROJECT = "pyproject.toml"

FILES = {
    "__init__.py": '"""The {name} domain."""\n',
    "model.py": '"""Values and entities of the {name} domain."""\n',
    "errors.py": '"""Errors of the {name} domain."""\n',
    "ports.py": '"""What the {name} domain needs from the outside world."""\n',
    "service.py": '"""The use cases of the {name} domain."""\n',
    "schemas.py": (
        '"""Request and response bodies of the {name} domain."""\n\n'
        "from pydantic import BaseModel, ConfigDict, Field\n"
    ),
    "adapters/__init__.py": '"""Adapters of the {name} domain, named after their technology."""\n',
}


def write(name: str, above: str) -> list[str]:
    """Write an empty domain that may import ``above`` and what is below; return the files.

    Raises ScaffoldFailed.
    """
    name = snake(name)
    domain_folder(above)
    wiring = f'"""Assembles the {name} services from their production adapters."""\n'
    end = '"]\nlayers = ["(adapters)'  # of the list of domains in the contract of their layers
    layer = _layer_of(above)
    with all_or_nothing() as changes:
        files = [
            changes.create(f"shared/mara/{name}/{path}", text.format(name=name))
            for path, text in FILES.items()
        ]
        files.append(changes.create(f"shared/mara/wiring/{name}.py", wiring))
        changes.replace_once(PYPROJECT, f'"{layer}", ', f'"{name}", "{layer}", ')
        changes.replace_once(PYPROJECT, end, f'", "mara.{name}{end}')
    return [*files, PYPROJECT]


def _layer_of(domain: str) -> str:
    """The layer of a domain as the contract writes it: independent siblings share one."""
    from infra.local.settings import ROOT

    text = (ROOT / PYPROJECT).read_text("utf-8")
    layers = text.partition('id = "layers"')[2].partition("layers = [")[2].partition("]")[0]
    found = [layer.strip().strip('"') for layer in layers.split(",")]
    return next(layer for layer in found if domain in layer.split(" | "))
