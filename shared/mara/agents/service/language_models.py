"""Lists the language models that agents may name, and validates a name."""

from collections.abc import Sequence
from dataclasses import dataclass

from mara.agents.errors import UnknownLanguageModel
from mara.agents.model.language_models import LanguageModelOption, is_known, options
from mara.agents.ports import LanguageModelCatalog
from mara.kernel.language_model import LanguageModelUnavailable
from mara.kernel.principal import Principal


@dataclass(frozen=True, slots=True)
class LanguageModelService:
    """Lists and validates language models.

    ``catalog`` is ``None`` if no model server is configured.
    """

    catalog: LanguageModelCatalog | None

    def list(self, _caller: Principal) -> Sequence[LanguageModelOption]:
        """Return the models, the default one first; none without a model server.

        Every use case takes its caller first; the result of this one is the same for all callers.

        If the server does not answer, the only one is the default model, as not available.
        """
        if self.catalog is None:
            return []
        try:
            available = self.catalog.names()
        except LanguageModelUnavailable:
            available = ()
        return options(self.catalog.default, available)

    def check(self, name: str | None) -> None:
        """Raises UnknownLanguageModel if the model server answers and does not have the model.

        ``None``, the default model, is always valid. If the server does not answer, every name is
        valid: an outage must not prevent changes of an agent, which quotes its passages as long
        as its model is unavailable.
        """
        if name is None or self.catalog is None:
            return
        try:
            names = self.catalog.names()
        except LanguageModelUnavailable:
            return
        if not is_known(name, names):
            raise UnknownLanguageModel(name, names)
