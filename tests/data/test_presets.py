from pathlib import Path

import pytest

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data.checking import checked
from ogai_lab.data.presets import preset, texts
from ogai_lab.data.source_types import JsonLines, Warc
from ogai_lab.data.types import Pipeline


@pytest.mark.parametrize("name", [each.name for each in texts()])
def test_a_preset_fits_together_over_pages_and_over_texts(name: str, tmp_path: Path) -> None:
    found = preset(name)
    assert found.name == name
    assert len(checked(found.over(Warc(path="/crawl/*.warc.gz")))) == len(found.stages)
    assert len(checked(found.over("/corpus/a.jsonl.zst"))) == len(found.stages) - 1
    found.to_yaml(tmp_path / "mine.yaml")
    assert Pipeline.from_yaml(tmp_path / "mine.yaml") == found


def test_a_name_says_what_an_input_is(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    for name in ("a.txt", "b.txt", "c.html"):
        (tmp_path / "notes" / name).write_text("text")
    found = preset("web").over([tmp_path / "notes", "s3://bucket/x.parquet", JsonLines(path="/j")])
    assert [source.kind for source in found.sources] == ["text_folder", "parquet", "jsonl"]
    (tmp_path / "data.xyz").touch()
    with pytest.raises(InvalidInput, match="cannot be told"):
        preset("web").over(tmp_path / "data.xyz")
    with pytest.raises(InvalidInput, match="no file or folder"):
        preset("web").over(tmp_path / "nowhere")


def test_thresholds_have_names() -> None:
    rules = {rule.reason: rule.value for rule in preset("web").policy.rules}
    tuned = preset("web").tuned(min_characters=7, repetition=0.9, few_letters=None, max_words=10)
    after = {rule.reason: rule.value for rule in tuned.policy.rules}
    assert (rules["too_short"], after["too_short"]) == (100, 7)
    assert after["repetition"] == 0.9
    assert "few_letters" not in after
    assert list(after).index("max_words") < list(after).index("exact_duplicate")
    for wrong in ("min_beauty", "beauty", "max_language"):
        with pytest.raises(InvalidInput, match=wrong):
            preset("web").tuned(**{wrong: 1})


def test_what_is_no_pipeline_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no ready-made pipeline 'zh'") as caught:
        preset("zh")
    assert "zh-web" in caught.value.action
    with pytest.raises(InvalidInput, match="not YAML"):
        Pipeline.from_yaml("a: [\n")
    with pytest.raises(InvalidInput, match="mapping"):
        Pipeline.from_yaml("- a\n- b\n")
