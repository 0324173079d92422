"""The columns that passes of one kind add."""


def columns(name: str) -> dict[str, str]:
    """Return the columns of a pass over duplicate documents, with their types; see `Pass`."""
    return {f"{name}_group": "int64", f"{name}_kept": "string", f"{name}_similarity": "double"}


def span_columns(name: str) -> dict[str, str]:
    """Return the columns of a pass over repeated pieces of texts, with their types.

    The spans (`ogai_lab.data.spans`, null where there are none), how many pieces they are, and
    their share of the text's bytes (null where it is empty).
    """
    return {f"{name}_spans": "string", f"{name}_repeated": "int64", f"{name}_ratio": "double"}
