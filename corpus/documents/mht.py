"""A web page saved as one file (.mht), also what Word saves as 「单个文件网页」 under the name .doc, into lines."""

from __future__ import annotations

import email
import email.policy
from email.message import Message

from corpus.documents.html import read_html
from corpus.documents.lines import Lines
from corpus.errors import InputError

_MAX_PARTS = 1000  # pictures and frames of a page


def read_mht(data: bytes, where: str) -> Lines:
    """The lines of the file's first page. Raises InputError where it has none that can be read."""
    try:
        message = email.message_from_bytes(data.lstrip(), policy=email.policy.compat32)
        page = _page(message)
    except (ValueError, LookupError, TypeError, RecursionError) as err:
        raise InputError("这个单文件网页已损坏，打不开", where, "请用浏览器打开，另存为“网页，仅 HTML”后再试") from err
    if page is None:
        raise InputError("单文件网页里没有网页", where, "请用浏览器打开，另存为“网页，仅 HTML”后再试")
    return read_html(page, where)


def _page(message: Message) -> bytes | None:
    for at, part in enumerate(message.walk()):
        if at > _MAX_PARTS:
            return None
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            return payload if isinstance(payload, bytes) else None
    return None
