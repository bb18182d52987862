"""Optional packages, imported when a document needs them."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from corpus.errors import InputError


class ExtraMissingError(InputError):
    """A package of the extra `documents` is not installed."""


def require(module: str) -> Any:
    """The module `module` of the extra `documents`; raises ExtraMissingError where it isn't installed."""
    try:
        return importlib.import_module(module)
    except ImportError as err:
        raise ExtraMissingError(
            f"读取这类文件需要的组件没有安装（{module}）",
            todo="请运行 make setup-documents，再试一次",
        ) from err


def installed(*modules: str) -> bool:
    """Whether these modules of the extra are there; none is imported."""
    return all(importlib.util.find_spec(module) is not None for module in modules)
