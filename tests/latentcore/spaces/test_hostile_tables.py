"""Damaged and invented files: each is read, or refused in one sentence; nothing else, and nothing is left."""

from __future__ import annotations

import io
import random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import ipc
from safetensors.numpy import save

from latentcore.exceptions import LatentcoreError
from latentcore.spaces.adding.add_options import AddOptions
from latentcore.spaces.reading import open_source
from latentcore.spaces.table.items_table import items_table

CODES = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
LABELS = [f"c{k % 3}" for k in range(30)]


def valid_files():
    table = pa.table({"emb": [row.tolist() for row in CODES], "label": LABELS})
    parquet, arrow, npy, npz = (io.BytesIO() for _ in range(4))
    pq.write_table(table, parquet)
    with ipc.new_file(arrow, table.schema) as sink:
        sink.write_table(table)
    np.save(npy, CODES)
    np.savez(npz, emb=CODES, labels=np.arange(30) % 3)
    rows = "\n".join(f'{label},"{row.tolist()}"' for label, row in zip(LABELS, CODES, strict=True))
    return {
        "a.parquet": parquet.getvalue(),
        "a.arrow": arrow.getvalue(),
        "a.npy": npy.getvalue(),
        "a.npz": npz.getvalue(),
        "a.safetensors": save({"emb": CODES}),
        "a.csv": f"label,vector\n{rows}\n".encode(),
    }


FILES = valid_files()


def read_all(path):
    """Read a file as `latentcore space add` does, short of storing it; errors for the user are fine."""
    try:
        source = open_source(path, AddOptions().reading)
        for chunk in source.chunks():
            for column in source.vectors:
                assert chunk.vectors[column.name].shape == (chunk.n, column.latent_dim)
            if chunk.columns is not None:
                assert len(chunk.columns) == chunk.n
                items_table(chunk.columns)
    except LatentcoreError as error:
        message = str(error)
    else:
        message = "read"
    assert message
    assert "\n" not in message


@pytest.mark.parametrize("name", FILES)
def test_files_with_changed_bytes(tmp_path, name):
    chance = random.Random(name)
    for _ in range(150):
        data = bytearray(FILES[name])
        for _ in range(chance.choice((1, 1, 2, 8))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        (tmp_path / name).write_bytes(data)
        read_all(tmp_path / name)


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_cut_off_or_longer(tmp_path, name):
    data = FILES[name]
    for end in [*range(min(len(data), 40)), *range(0, len(data), max(1, len(data) // 40))]:
        (tmp_path / name).write_bytes(data[:end])
        read_all(tmp_path / name)
    (tmp_path / name).write_bytes(data + b"more")
    read_all(tmp_path / name)


@pytest.mark.parametrize("name", FILES)
def test_files_of_another_format_under_a_name(tmp_path, name):
    for data in FILES.values():
        (tmp_path / name).write_bytes(data)
        read_all(tmp_path / name)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.text(st.sampled_from("0123456789.,;-e[]\"'\t\n ax#é…\0"), max_size=300))
def test_text_of_any_content(tmp_path, text):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    read_all(tmp_path / "a.csv")
