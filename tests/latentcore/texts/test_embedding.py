"""Texts as spaces, by each encoder."""

from __future__ import annotations

import os
import re
import socket
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from latentcore.datasets.torchvision_import import torchvision_datasets
from latentcore.exceptions import SpaceError
from latentcore.spaces import find_collection, load_space
from latentcore.texts import EmbedOptions, embed_collection, embed_table, load_encoder
from latentcore.texts.encoders import BATCH_SIZE, OnTexts
from latentcore.types import FloatArray

WORDS = "the a sea ship bread oven sails bakes on in calm hot"
TEXTS = [
    *(f"The ship sails on the calm sea, {k}." for k in range(6)),
    *(f"Bread bakes in a hot oven, {k}." for k in range(6)),
]


def write_table(folder: Path, texts: Sequence[str], name: str = "notes.csv") -> Path:
    lines = ["id,topic,body"]
    lines += [f'n{k},{"sea" if "ship" in text else "kitchen"},"{text}"' for k, text in enumerate(texts)]
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path


class OneHot:
    """Counts the letters of texts: an encoder for tests."""

    name, title, recipe, notes = "letters", "Letters", {"encoder": "letters"}, ()

    def embed(self, texts: Sequence[str], on_texts: OnTexts | None = None) -> FloatArray:
        if on_texts is not None:
            on_texts(len(texts), len(texts))
        return np.array([[text.count(one) + 0.1 for one in "abcdefgh"] for text in texts], np.float32)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection can be made."""

    def refuse(*_: Any) -> None:
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_a_table_of_texts_becomes_a_space_and_the_next_encoder_one_more(tmp_path: Path) -> None:
    stages: list[tuple[str, int, int | None]] = []
    options = EmbedOptions(text="body", plane="pca", command="latentcore space embed notes.csv")
    made = embed_table(
        "notes", write_table(tmp_path, TEXTS), load_encoder("tfidf"), options, tmp_path / "spaces",
        on_stage=lambda *stage: stages.append(stage),
    )  # fmt: skip
    space = load_space(made.id, tmp_path / "spaces")
    assert (made.id, made.n_items) == ("notes/tfidf", 12)
    assert (space.classes, space.items.roles.text, space.items.ids[3]) == (("kitchen", "sea"), "body", "n3")
    assert space.spec.metric == "cosine"
    assert space.metrics["knn_accuracy"]["value"] == 1
    assert "latentcore space embed notes.csv" in space.card
    assert "TF-IDF of 2- to 4-grams" in space.card
    assert ("texts", 12, 12) in stages
    collection = find_collection("notes", tmp_path / "spaces")
    assert embed_collection(collection, OneHot(), options).id == "notes/letters"
    letters = load_space("notes/letters", tmp_path / "spaces")
    assert (letters.spec.latent_dim, letters.n_items) == (8, 12)
    with pytest.raises(SpaceError, match="There is a space notes/letters already"):
        embed_collection(collection, OneHot(), options)
    with pytest.raises(SpaceError, match="--text: there is no column 'title'. There is: id, topic, body"):
        embed_collection(collection, OneHot(), EmbedOptions(text="title"))


def test_rows_without_a_text_are_named_or_left_out(tmp_path: Path) -> None:
    path = write_table(tmp_path, [*TEXTS[:4], " ", *TEXTS[6:]])
    with pytest.raises(SpaceError, match=r"row 4, column 'body': there is no text \(1 of 11 rows have none"):
        embed_table("notes", path, OneHot(), EmbedOptions(text="body"), tmp_path / "spaces")
    assert not (tmp_path / "spaces").exists()
    options = EmbedOptions(text="body", skip_bad=True, plane="pca")
    made = embed_table("notes", path, OneHot(), options, tmp_path / "spaces")
    assert made.n_items == 10
    assert "1 of 11 rows have no text and are left out." in made.notes
    space = load_space(made.id, tmp_path / "spaces")
    assert space.items.ids[4] == "n5"


def test_bad_tables_are_refused(tmp_path: Path) -> None:
    options = EmbedOptions(text="body")
    path = tmp_path / "other.csv"
    path.write_text("id,words\n1,a\n2,b\n")
    with pytest.raises(SpaceError, match="--text: there is no column 'body'"):
        embed_table("notes", path, OneHot(), options, tmp_path / "spaces")
    path.write_text("id,body\n1,a\n1,b\n")
    with pytest.raises(SpaceError, match=re.escape("row 1, column 'id': the id '1' is that of row 0, too")):
        embed_table("notes", path, OneHot(), options, tmp_path / "spaces")
    path.write_text("id,body\n1,a\n2\n")
    with pytest.raises(SpaceError, match="row 1"):
        embed_table("notes", path, OneHot(), options, tmp_path / "spaces")
    path.write_text('id,body\n1,"."\n2,"."\n')
    with pytest.raises(SpaceError, match="TF-IDF needs different texts"):
        embed_table("notes", path, load_encoder("tfidf"), options, tmp_path / "spaces")
    assert not (tmp_path / "spaces").exists()


@pytest.mark.parametrize(
    ("package", "encoder", "message"),
    [
        ("wordllama", "wordllama", r"pip install 'latent-atlas\[text\]'"),
        ("sentence_transformers", "some/encoder", r"pip install 'latent-atlas\[transformers\]'"),
    ],
)
def test_without_its_package_an_encoder_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, package: str, encoder: str, message: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SpaceError, match=message):
        load_encoder(encoder)


@pytest.mark.usefixtures("offline")
def test_wordllama_needs_no_network() -> None:
    pytest.importorskip("wordllama")
    encoder = load_encoder("wordllama")
    done: list[int] = []
    texts = ["a ship at sea", "a boat on the ocean", "interest rates rose", *["again"] * BATCH_SIZE]
    vectors = encoder.embed(texts, lambda n, _: done.append(n))
    assert vectors.shape == (len(texts), 256)
    assert done == [BATCH_SIZE, len(texts)]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert unit[0] @ unit[1] > 0.3 > unit[0] @ unit[2] + 0.1


@pytest.fixture(scope="module")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Transformer of random weights, in the format of sentence-transformers."""
    pytest.importorskip("transformers")
    torchvision_datasets()  # which the package imports, and cannot without help
    pytest.importorskip("sentence_transformers")
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from sentence_transformers.models import Pooling, Transformer  # noqa: PLC0415
    from transformers import BertConfig, BertModel, BertTokenizerFast  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("encoder")
    words = folder / "words"
    words.mkdir()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS.split()]
    (words / "vocab.txt").write_text("\n".join(vocabulary))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=32,
    )  # fmt: skip
    BertModel(config).save_pretrained(words)
    BertTokenizerFast(str(words / "vocab.txt")).save_pretrained(words)
    transformer = Transformer(str(words), max_seq_length=32)
    SentenceTransformer(modules=[transformer, Pooling(16)], device="cpu").save(str(folder / "Tiny Encoder"))
    return folder / "Tiny Encoder"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("offline")
def test_a_sentence_transformer_is_read_from_a_folder(tmp_path: Path, tiny_encoder: Path) -> None:
    encoder = load_encoder(str(tiny_encoder))
    options = EmbedOptions(text="body", plane="pca")
    made = embed_table("notes", write_table(tmp_path, TEXTS), encoder, options, tmp_path / "spaces")
    assert (made.id, made.latent_dim) == ("notes/tiny-encoder", 16)
    space = load_space(made.id, tmp_path / "spaces")
    assert space.metrics["knn_accuracy"]["value"] == 1
    longest_first = sorted(TEXTS, key=len, reverse=True)
    one_by_one = np.concatenate([encoder.embed([text]) for text in longest_first])
    np.testing.assert_allclose(encoder.embed(longest_first), one_by_one, atol=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_folders_that_hold_no_encoder_are_refused(tmp_path: Path, tiny_encoder: Path) -> None:
    with pytest.raises(SpaceError, match="there is no modules.json"):
        load_encoder(str(tmp_path))
    with pytest.raises(SpaceError, match="There is no folder"):
        load_encoder("./nowhere")
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for path in tiny_encoder.rglob("*"):
        target = damaged / path.relative_to(tiny_encoder)
        target.mkdir() if path.is_dir() else target.write_bytes(path.read_bytes())
    next(damaged.rglob("model.safetensors")).unlink()
    with pytest.raises(SpaceError, match="The encoder .*damaged cannot be loaded"):
        load_encoder(str(damaged))
    (damaged / "modules.json").write_text("{")
    with pytest.raises(SpaceError, match="cannot be loaded"):
        load_encoder(str(damaged))


def _minilm() -> Path | None:
    """Return the wheel or the folder of the MiniLM encoder that MINILM names: 83 MB, no dependency."""
    path = Path(os.environ.get("MINILM", "-"))
    return path if path.exists() else None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(_minilm() is None, reason="MINILM names no folder with the encoder, and no wheel")
def test_minilm_knows_what_sentences_mean(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    path = _minilm()
    assert path is not None
    if path.is_file():
        with zipfile.ZipFile(path) as wheel, wheel.open("all_minilm_l6_v2/model.zip") as packed:
            zipfile.ZipFile(packed).extractall(tmp_path)
        path = tmp_path
    vectors = load_encoder(str(path)).embed(["A man is eating.", "Someone has lunch.", "Rates rose."])
    assert vectors.shape == (3, 384)
    assert vectors[0] @ vectors[1] > 0.4 > vectors[0] @ vectors[2] + 0.2
