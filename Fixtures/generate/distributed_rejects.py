"""Writes distributed/rejects: `.metadata` files that lie about pytorch/accepts/ranks-columns.dcp.

A test lays one beside the ranks' files of that folder.

Made with torch 2.15.0 (see requirements.txt).
"""

import argparse
import dataclasses
import os
import pickle
import shutil

import torch
from torch.distributed.checkpoint.metadata import MetadataIndex

import sharded

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
WIDE = "model.wide"


def _move(metadata, index, offsets, name=WIDE):
    """Moves a chunk and what says where it is stored."""
    chunks = metadata.state_dict_metadata[name].chunks
    old = MetadataIndex(name, chunks[index].offsets, index)
    place = metadata.storage_data.pop(old)
    chunks[index] = dataclasses.replace(chunks[index], offsets=torch.Size(offsets))
    metadata.storage_data[MetadataIndex(name, torch.Size(offsets), index)] = place


def _place(metadata, index=0, name=WIDE, **changes):
    """Changes where a chunk is stored."""
    chunk = metadata.state_dict_metadata[name].chunks[index]
    key = MetadataIndex(name, chunk.offsets, index)
    metadata.storage_data[key] = dataclasses.replace(metadata.storage_data[key], **changes)


def _gap(metadata):
    del metadata.state_dict_metadata[WIDE].chunks[1]


def _hole(metadata):
    metadata.state_dict_metadata[WIDE].size = torch.Size((7, 4))


def _stored_nowhere(metadata):
    chunk = metadata.state_dict_metadata[WIDE].chunks[1]
    del metadata.storage_data[MetadataIndex(WIDE, chunk.offsets, 1)]


def _other_size(metadata):
    chunks = metadata.state_dict_metadata[WIDE].chunks
    chunks[0] = dataclasses.replace(chunks[0], sizes=torch.Size((2, 6)))


def _negative(metadata):
    chunks = metadata.state_dict_metadata[WIDE].chunks
    chunks[0] = dataclasses.replace(chunks[0], offsets=torch.Size((0, -2)))


def _no_chunks(metadata):
    metadata.state_dict_metadata[WIDE].chunks.clear()


def _no_object(metadata):
    metadata.storage_data = {
        key: place for key, place in metadata.storage_data.items() if key.fqn != "step"
    }


CASES = {
    "D01-gap": _gap,
    "D01-hole": _hole,
    "D01-overlap": lambda metadata: _move(metadata, 1, (0, 1)),
    "D01-outside": lambda metadata: _move(metadata, 1, (0, 3)),
    "D01-far-outside": lambda metadata: _move(metadata, 1, (2**62, 2**62)),
    "D01-single-outside": lambda metadata: _move(metadata, 0, (2, 2), "model.whole"),
    "D01-stored-nowhere": _stored_nowhere,
    "D01-object-stored-nowhere": _no_object,
    "D01-other-size": _other_size,
    "D01-negative-offset": _negative,
    "D01-no-chunks": _no_chunks,
    "D01-beyond-end": lambda metadata: _place(metadata, offset=4000, length=1000),
    "D01-offset-overflow": lambda metadata: _place(metadata, offset=2**63 - 1, length=1000),
    "D01-negative-length": lambda metadata: _place(metadata, length=-1),
    "D02-parent": lambda metadata: _place(metadata, relative_path="../secret"),
    "D02-absolute": lambda metadata: _place(metadata, relative_path="/etc/passwd"),
    "D02-parent-inside": lambda metadata: _place(metadata, relative_path="a/../../secret"),
    "D02-nul": lambda metadata: _place(metadata, relative_path="__0_0.distcp\0"),
    "D02-empty": lambda metadata: _place(metadata, relative_path=""),
}


def _write_collisions():
    """Folders of objects whose leaves have the names of others: tensors, and other values."""
    weight = torch.arange(4.0)
    for name, value in {
        "tensors": {"run.w": weight, "run": argparse.Namespace(w=weight + 1)},
        "values": {"run.x": 5, "run": argparse.Namespace(x=6), "w": weight},
    }.items():
        path = os.path.join(ROOT, "distributed", "collisions", name + ".dcp")
        shutil.rmtree(path, ignore_errors=True)
        sharded.save_folder(value, path)
        sharded.make_reproducible(path)


def main():
    """Writes one file per case."""
    out = os.path.join(ROOT, "distributed", "rejects")
    os.makedirs(out, exist_ok=True)
    _write_collisions()
    for name, change in CASES.items():
        with open(f"{ROOT}/pytorch/accepts/ranks-columns.dcp/.metadata", "rb") as file:
            metadata = pickle.load(file)
        change(metadata)
        with open(os.path.join(out, name + ".metadata"), "wb") as file:
            pickle.dump(metadata, file)


if __name__ == "__main__":
    main()
