"""Vectors in text files as people have them: separators, headers, encodings, and what is no dimension."""

from __future__ import annotations

import codecs

import numpy as np
import pytest

from latentcore.exceptions import SpaceError
from latentcore.spaces import load_space
from latentcore.spaces.adding.add import add_file
from latentcore.spaces.adding.add_options import AddOptions

N, DIM = 60, 6
CODES = np.random.default_rng(0).normal(size=(N, DIM)).round(4)
CLASSES = ("cat", "none", "NA", "null", "dog")
LABELS = [CLASSES[k % 5] for k in range(N)]
NAMES = [f"x{k}" for k in range(DIM)]


@pytest.fixture
def add(tmp_path):
    def call(text: str | bytes, name: str = "table.csv", **options):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        added = add_file("mine", path, tmp_path / "spaces", options=AddOptions(plane="pca", **options))
        return load_space(added.spaces[0][0], tmp_path / "spaces"), added

    return call


def table(header=None, *, before=None, after=None, separator=",", number=str):
    rows = [] if header is None else [separator.join(header)]
    for k in range(N):
        cells = [number(value) for value in CODES[k]]
        cells = ([] if before is None else [before(k)]) + cells + ([] if after is None else [after(k)])
        rows.append(separator.join(cells))
    return "\n".join(rows) + "\n"


def check(space, *, n=N):
    assert np.allclose(space.train.codes, CODES[:n], atol=1e-6)
    assert space.latent_dim == DIM


def test_a_class_word_in_the_last_column_without_header(add):
    space, _ = add(table(after=lambda k: LABELS[k]))
    check(space)
    assert set(space.classes) == set(CLASSES)
    assert [space.classes[label] for label in space.items.labels] == LABELS


def test_a_class_word_in_the_first_column_with_header(add):
    space, _ = add(table(["label", *NAMES], before=lambda k: LABELS[k]))
    check(space)
    assert "none" in space.classes


@pytest.mark.parametrize("header", [["label", *NAMES], ["class", *"abcdef"], None])
def test_a_label_of_whole_numbers_never_becomes_a_dimension(add, header):
    space, _ = add(table(header, before=lambda k: str(k % 3)))
    check(space)
    assert space.classes == ("0", "1", "2")
    assert len(space.spec.collection.columns) == 1


def test_a_header_of_numbers_is_a_header_and_its_last_column_the_label(add):
    space, added = add(table([str(k) for k in range(DIM + 1)], after=lambda k: str(k % 3)))
    check(space)
    assert any("as the label" in note for note in added.notes)
    assert space.classes == ("0", "1", "2")


def test_ids_that_look_like_numbers_stay_ids(add):
    space, _ = add(table(["id", *NAMES], before=lambda k: f"{k * 7 % N:03}"))
    check(space)
    assert space.items.ids[1] == "007"
    assert space.items.row_of("007") == 1


def test_counting_ids_without_a_header_are_no_dimension(add):
    space, _ = add(table(before=lambda k: str(k + 1000)))
    check(space)


def test_semicolons_and_decimal_commas(add):
    text = table(
        ["price", *NAMES],
        before=lambda k: f"{k},5",
        separator=";",
        number=lambda value: str(value).replace(".", ","),
    )
    space, added = add(text)
    check(space)
    assert "Numbers have a decimal comma." in added.notes
    assert space.items.values("price")[3] == 3.5


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.replace("\n", "\r\n").encode(),
    ],
)
def test_byte_order_marks_utf_16_and_line_endings(add, encode):
    text = table([*NAMES, "label"], after=lambda k: ["Ä", "猫", "дом"][k % 3])
    space, _ = add(encode(text))
    check(space)
    assert set(space.classes) == {"Ä", "猫", "дом"}


def test_windows_1252_is_read_and_said(add):
    space, added = add(table(["label", *NAMES], before=lambda k: "äö"[k % 2]).encode("cp1252"))
    assert set(space.classes) == {"ä", "ö"}
    assert any("Windows-1252" in note for note in added.notes)


def test_quoted_newlines_commas_and_quotes_in_texts(add):
    text = table(["text", *NAMES], before=lambda k: f'"line {k},\nand ""more"""')
    space, _ = add(text)
    check(space)
    assert space.items.values("text")[7] == 'line 7,\nand "more"'


def test_vectors_as_text_in_a_cell(add):
    forms = [
        lambda row: "[" + ", ".join(map(str, row)) + "]",
        lambda row: "[" + "  ".join(map(str, row)) + "]",
        lambda row: "array([" + ", ".join(map(str, row)) + "])",
        lambda row: "[" + ", ".join(f"np.float64({value})" for value in row) + "]",
        lambda row: "(" + ", ".join(map(str, row)) + ")",
    ]
    lines = ["id,text,vector"] + [f'{k},"a, ""quoted"" text","{forms[k % 5](CODES[k])}"' for k in range(N)]
    space, _ = add("\n".join(lines))
    check(space)
    assert space.items.values("text")[0] == 'a, "quoted" text'
    assert space.spec.name == "vector"


def test_several_vector_columns_become_spaces_of_the_same_items(add, tmp_path):
    first = [str(row.tolist()) for row in CODES]
    second = [str(row[:3].tolist()) for row in CODES]
    lines = [f'w{k},"{first[k]}","{second[k]}"' for k in range(N)]
    _, added = add("\n".join(["word,a,b", *lines]))
    assert added.spaces == [("mine/a", DIM), ("mine/b", 3)]
    one, other = (load_space(space, tmp_path / "spaces") for space, _ in added.spaces)
    assert np.array_equal(one.test.indices, other.test.indices)
    assert one.items.names(np.array([3])) == other.items.names(np.array([3])) == ["w3"]


def test_numbered_columns_are_ordered_by_their_numbers_and_others_stay_columns(add):
    order = [3, 0, 5, 1, 4, 2]
    lines = ["year," + ",".join(f"dim_{k + 8}" for k in order)]
    lines += [f"{1990 + k}," + ",".join(str(CODES[k, j]) for j in order) for k in range(N)]
    space, added = add("\n".join(lines))
    check(space)
    assert added.columns == ["year: number, 1990 to 2049"]


def test_a_pattern_chooses_the_columns(add):
    text = table([*(f"u_{k}" for k in range(3)), *(f"v_{k}" for k in range(3))])
    space, _ = add(text, vectors=("v_*",))
    assert np.allclose(space.train.codes, CODES[:, 3:])
    assert {column.name for column in space.spec.collection.columns} == {"u_0", "u_1", "u_2"}


def test_the_pair_of_the_embedding_projector(add, tmp_path):
    (tmp_path / "metadata.tsv").write_text("\n".join(f"w{k}" for k in range(N)) + "\n")
    space, _ = add(table(separator="\t"), "vectors.tsv")
    check(space)
    assert space.items.names(np.array([0, 59])) == ["w0", "w59"]


def test_the_projectors_metadata_with_a_header(add, tmp_path):
    rows = ["word\tcount", *(f"w{k}\t{k}" for k in range(N))]
    (tmp_path / "metadata.tsv").write_text("\n".join(rows))
    space, _ = add(table(separator="\t"), "vectors.tsv")
    assert space.items.values("count")[5] == 5
    assert space.items.names(np.array([5])) == ["w5"]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("[1.0 2.0 ... 6.0]", r"row 4 \(line 6\), column 'vector': the numbers are cut off"),
        ("[1, 2, 3, 4, 5]", r"row 4 \(line 6\), column 'vector': a vector of 5 numbers, where others have 6"),
        ("[1, 2, nan, 4, 5, 6]", r"row 4 \(line 6\), column 'vector': number 2 of the vector is missing"),
        ("[1, 2, inf, 4, 5, 6]", r"row 4 \(line 6\), column 'vector': number 2 of the vector is infinite"),
        (
            "[1, 2, 1e200, 4, 5, 6]",
            r"row 4 \(line 6\), column 'vector': number 2 of the vector is larger than",
        ),
        ("[1, x, 3, 4, 5, 6]", "row 4.*'x' is no number"),
        ("", "row 4.*there is no vector"),
    ],
)
def test_a_bad_vector_is_refused_by_row_and_column_or_set_aside(add, tmp_path, bad, message):
    cells = [str([float(value) for value in row]) for row in CODES]
    cells[4] = bad
    text = "\n".join(["label,vector"] + [f'{LABELS[k]},"{cell}"' for k, cell in enumerate(cells)])
    with pytest.raises(SpaceError, match=message) as refused:
        add(text)
    assert "\n" not in str(refused.value)
    assert not list((tmp_path / "spaces").iterdir())
    space, added = add(text, skip_bad=True)
    assert [row.row for row in added.set_aside] == [4]
    assert np.allclose(space.train.codes, np.delete(CODES, 4, axis=0), atol=1e-6)
    assert space.items.ids[4] == "5"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows[5].__setitem__(3, ""), r"row 5 \(line 7\), column 'x3': the cell is empty"),
        (lambda rows: rows[5].__setitem__(3, "one"), "row 5.*column 'x3': 'one' is no number"),
        (lambda rows: rows[5].append("7"), r"row 5 \(line 7\): 7 cells, where the table has 6 columns"),
        (lambda rows: rows[5].pop(), r"row 5 \(line 7\): 5 cells"),
        (lambda rows: rows[5].__setitem__(3, "nan"), "row 5.*(missing|no number)"),
    ],
)
def test_a_bad_cell_is_refused_by_row_and_column(add, change, message):
    rows = [[str(value) for value in row] for row in CODES]
    change(rows)
    text = "\n".join([",".join(NAMES), *(",".join(row) for row in rows)])
    with pytest.raises(SpaceError, match=message):
        add(text)
    space, added = add(text, skip_bad=True)
    assert len(space.items) == N - 1
    assert not (space.train.codes == 0).all(axis=1).any()
    assert added.set_aside[0].row == 5


def test_repeated_ids_are_refused_by_row_or_set_aside_or_not_used(add):
    text = table(["id", *NAMES], before=lambda k: str(k if k != 9 else 2))
    with pytest.raises(SpaceError, match="row 9, column 'id': the id '2' is that of row 2, too"):
        add(text)
    space, _ = add(text, skip_bad=True)
    assert len(space.items) == N - 1


def test_items_are_numbered_when_asked(add):
    space, _ = add(table(["id", *NAMES], before=lambda k: str(k % 7)), id="-")
    assert space.items.ids[8] == "8"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("x0,x1,x2\n", "no rows"),
        ("x0,x1,x2\n1,2,3.5\n", "only one item"),
        ("a,b\nhello,world\nx,y\n", "no vectors are found"),
        ("x0,x1,x2\n" + "1,2,3.5\n" * 5, "All vectors of 'x' are the same"),
    ],
)
def test_tables_without_a_space_are_refused(add, text, message):
    with pytest.raises(SpaceError, match=message):
        add(text)


def test_one_dimension_is_a_space(add):
    lines = ["word,x", *(f"w{k},{CODES[k, 0]}" for k in range(N))]
    space, _ = add("\n".join(lines))
    assert space.latent_dim == 1
    assert np.allclose(space.plane[:, 0], CODES[:, 0] - CODES[:, 0].mean(), atol=1e-6) or np.allclose(
        -space.plane[:, 0], CODES[:, 0] - CODES[:, 0].mean(), atol=1e-6
    )


def test_columns_of_every_kind_are_recognised_and_said(add):
    def columns(k):
        return f"{k / 4},2024-01-{k % 28 + 1:02},{'ab'[k % 2]},<b>=SUM(A1) {k}</b>"

    space, added = add(table(["score", "day", "kind", "remark", *NAMES], before=columns), vectors=("x*",))
    check(space)
    kinds = {column.name: str(column.kind) for column in space.spec.collection.columns}
    assert kinds == {"score": "number", "day": "date", "kind": "category", "remark": "text"}
    assert "day: date, 2024-01-01 to 2024-01-28" in added.columns
    assert space.items.values("remark")[3] == "<b>=SUM(A1) 3</b>"
    assert "<b>" not in space.card


def test_the_index_of_pandas_is_no_dimension(add):
    space, _ = add(table(["", *(str(k) for k in range(DIM)), "kind"], before=str, after=lambda k: LABELS[k]))
    check(space)
    assert space.spec.collection.roles.id == "index"
    assert set(space.classes) == set(CLASSES)


def test_row_names_of_r_are_ids(add):
    space, _ = add(table(NAMES, before=lambda k: f"r{k}", separator="\t"), "table.tsv")
    check(space)
    assert space.items.ids[2] == "r2"


@pytest.mark.parametrize("first", [[], [f"{N} {DIM}"]])
def test_words_and_numbers_separated_by_spaces_as_of_word2vec(add, first):
    rows = table(before=lambda k: f"word{k}", separator=" ").splitlines()
    space, _ = add("\n".join([*first, *rows]), "vectors.txt")
    check(space)
    assert space.items.names(np.array([4])) == ["word4"]


def test_a_table_of_whole_numbers_with_a_label_by_name(add):
    rows = [",".join([str(k % 3), *(str(int(value * 100)) for value in CODES[k])]) for k in range(N)]
    space, _ = add("\n".join(["label," + ",".join(f"p{k}" for k in range(DIM)), *rows]))
    assert space.latent_dim == DIM
    assert space.classes == ("0", "1", "2")


@pytest.mark.parametrize("n", [N - 1, N + 1])
def test_metadata_without_header_that_differs_by_one_row_is_refused(add, tmp_path, n):
    (tmp_path / "meta.tsv").write_text("\n".join(f"w{k}\tc{k % 2}\t{k / 3}" for k in range(n)))
    with pytest.raises(SpaceError, match=f"has {n} rows"):
        add(table(), metadata=tmp_path / "meta.tsv")


def test_a_first_line_that_states_the_delimiter_is_no_row(add):
    text = table(["label", *NAMES], before=lambda k: LABELS[k], separator=";")
    space, _ = add("sep=;\r\n" + text.replace("\n", "\r\n"))
    check(space)
    assert set(space.classes) == set(CLASSES)
