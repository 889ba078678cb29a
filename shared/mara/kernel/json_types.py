"""Values of JSON bodies, taken as they stand: no `true` for 1, no `"1"` for 1, no 1 for `true`.

Parameters of a query arrive as text; their types are the plain ones, which parse it.
"""

from typing import Annotated

from pydantic import Strict

JsonInt = Annotated[int, Strict()]
JsonNumber = Annotated[float, Strict()]
JsonBool = Annotated[bool, Strict()]
