import pytest

from circle.errors import ConfigError
from circle.settings import Settings, read_yaml, validate


class Inner(Settings):
    limit_m: float
    """Limit."""
    label: str = "x"
    """Label."""


class Outer(Settings):
    name: str
    """Name."""
    parts: tuple[Inner, ...] = ()
    """Parts."""
    inner: Inner | None = None
    """Inner."""
    on: bool = False
    """Switch."""


def read(tmp_path, text):
    path = tmp_path / "some.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path)


def complaint(content):
    with pytest.raises(ConfigError) as caught:
        validate(Outer, content, where="some.yaml")
    return str(caught.value)


def test_yaml_is_read(tmp_path):
    text = "a: 1\nb: [x, 2.5, -3, .5, 1.e+3]\nc: {d: 汉字}\n"
    assert read(tmp_path, text) == {
        "a": 1,
        "b": ["x", 2.5, -3, 0.5, 1000.0],
        "c": {"d": "汉字"},
    }
    assert read(tmp_path, b"\xef\xbb\xbfa: 1") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\na: 2", "line 2: the key 'a' stands twice"),
        ("a: {b: 1, b: 2}", "the key 'b' stands twice"),
        ("a: [1", "is not valid YAML: line"),
        ("? [a, b]\n: 1", "a key must be a single word"),
        ("- 1", "found a list"),
        ("", "found nothing"),
        ("a: !!python/object:os.system {}", "is not valid YAML"),
        (b"a: \xff\xfe", "is not UTF-8"),
        ("a: 015", "line 1: '015' is no plain decimal number"),
        ("a: 1\nb: 1_2", "line 2: '1_2' is no plain decimal number"),
        ("a: 1:30", "'1:30' is no plain decimal number"),
        ("a: 0x1F", "'0x1F' is no plain decimal number"),
        ("a: 007", "put it in quotes"),
    ],
)
def test_what_is_wrong_with_a_yaml_file(tmp_path, text, told):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert told in str(caught.value)
    assert "some.yaml" in str(caught.value)


def test_a_missing_file_says_which(tmp_path):
    with pytest.raises(
        ConfigError, match=r"no\.yaml: cannot be read .* check the path"
    ):
        read_yaml(tmp_path / "no.yaml")


def test_numbers_in_quotes_stay_text(tmp_path):
    assert read(tmp_path, "a: '007'\nb: \"1_2\"") == {"a": "007", "b": "1_2"}


def test_all_faults_are_told_at_once():
    text = complaint(
        {"nmae": "x", "parts": [{"limit_m": "far"}, {"limit_m": 1, "lable": "y"}]}
    )
    assert text.splitlines() == [
        "some.yaml: name: is missing; add it.",
        "some.yaml: parts.0.limit_m: found 'far'; Input should be a valid number, "
        "unable to parse string as a number.",
        "some.yaml: parts.1.lable: unknown key. Did you mean 'label'? Known keys here: "
        "label, limit_m.",
        "some.yaml: nmae: unknown key. Did you mean 'name'? Known keys here: inner, "
        "name, on, parts.",
    ]


@pytest.mark.parametrize("value", [7, 1.5])
def test_a_number_for_text_is_told_to_be_quoted(value):
    text = complaint({"name": value})
    assert text.startswith(f"some.yaml: name: found {value}, which YAML takes for a")
    assert "put it in quotes" in text


def test_a_switch_for_a_number_is_refused():
    # YAML reads yes, no, on and off as switches, and Python counts them as 1 and 0.
    assert "limit_m: yes, no, on and off" in complaint(
        {"name": "x", "inner": {"limit_m": True}}
    )
    assert validate(Outer, {"name": "x", "on": True}, where="").on


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_are_finite(value):
    assert "finite" in complaint({"name": "x", "inner": {"limit_m": value}})


def test_sections_are_frozen():
    section = validate(Outer, {"name": "x"}, where="some.yaml")
    with pytest.raises(ValueError, match="frozen"):
        section.name = "y"
