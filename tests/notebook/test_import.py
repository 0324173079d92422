"""What `import ogai_lab` costs, and that every name is where it says."""

from __future__ import annotations

import subprocess
import sys

import ogai_lab

HEAVY = {"torch", "transformers", "pyarrow", "numpy", "IPython", "sqlalchemy", "httpx", "pydantic"}


def loaded_after(code: str) -> set[str]:
    answer = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(answer.stdout.splitlines()[-1].split())


def test_importing_the_package_imports_next_to_nothing() -> None:
    loaded = loaded_after("import ogai_lab")
    assert not [name for name in loaded if name.startswith("ogai_lab.")]
    assert not HEAVY & loaded


def test_the_verbs_need_none_of_the_heavy_libraries() -> None:
    heavy = {"torch", "transformers", "pyarrow", "tokenizers", "matplotlib", "sqlalchemy"}
    assert not heavy & loaded_after("import ogai_lab; ogai_lab.run; ogai_lab.jobs")


def test_reporting_numbers_needs_no_library_at_all() -> None:
    assert not HEAVY & loaded_after("import ogai_lab; ogai_lab.log({'x': 1}, step=1)")


def test_every_public_name_is_there() -> None:
    for name in ogai_lab.__all__:
        assert getattr(ogai_lab, name) is not None
    assert sorted(ogai_lab.__all__) == ogai_lab.__all__


def test_models_can_be_called_and_imported_from() -> None:
    import ogai_lab.models
    from ogai_lab.models.types import Version

    assert Version.__name__ == "Version"
    assert callable(ogai_lab.models)
