"""Commands for developers: generate files, draft a migration, invoke one function."""

import argparse


def generate(_: argparse.Namespace) -> int:
    """Generate every file that is derived from the handlers and the template."""
    from infra.local.scaffold.generate import write_all

    for name in write_all():
        print(name)
    return 0


def openapi(_: argparse.Namespace) -> int:
    """Generate the OpenAPI document."""
    from infra.local.openapi import write

    print(write())
    return 0


def triggers(_: argparse.Namespace) -> int:
    """Generate the README's table of triggers."""
    from infra.local.triggers import write

    print(write())
    return 0


def permissions(_: argparse.Namespace) -> int:
    """Generate the table of permissions."""
    from infra.local.routes import write

    print(write())
    return 0


def template(_: argparse.Namespace) -> int:
    """Generate the environment of every function in template.yaml."""
    from infra.local.function_environment import write

    print(write())
    return 0


def alarms(_: argparse.Namespace) -> int:
    """Generate the alarms, rules and dashboards."""
    from infra.observability.files import write

    print(write())
    return 0


def env(_: argparse.Namespace) -> int:
    """Generate .env.example."""
    from infra.local.env_example import write

    print(write())
    return 0


def images(_: argparse.Namespace) -> int:
    """Print the template with container images for the functions that embed."""
    from infra.local.images import template

    print(template())
    return 0


def layers(_: argparse.Namespace) -> int:
    """Export the requirements of the layers and of the image from uv.lock."""
    from infra.local import images, layers

    print(layers.export())
    print(images.export())
    return 0


def revision(options: argparse.Namespace) -> int:
    """Draft a migration from the declared tables."""
    from infra.local.migrate import draft_revision

    print(draft_revision(options.message))
    return 0


def invoke(options: argparse.Namespace) -> int:
    """Invoke one function in this process."""
    from infra.local.invoke import invoke as invoke_function

    print(invoke_function(options.function, options.event, as_demo=options.demo))
    return 0
