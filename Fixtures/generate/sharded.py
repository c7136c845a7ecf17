"""Saves torch's sharded checkpoint folders (`torch.distributed.checkpoint`), by one process or two.

Made with torch 2.15.0, numpy 2.4.6 (see requirements.txt).
"""

import os
import pathlib
import pickle
import socket

import numpy as np
import torch
import torch.distributed.checkpoint as dcp

import expectation


def save_folder(value, path):
    """Saves a dict from one process; returns it."""
    dcp.save(value, storage_writer=dcp.FileSystemWriter(path), no_dist=True)
    return value


def make_reproducible(path):
    """Replaces the save's path and random identity in a folder's `.metadata`."""
    with open(os.path.join(path, ".metadata"), "rb") as file:
        metadata = pickle.load(file)
    metadata.storage_meta.checkpoint_id = pathlib.PosixPath("checkpoint")
    metadata.storage_meta.save_id = "00000000-0000-4000-8000-000000000000"
    with open(os.path.join(path, ".metadata"), "wb") as file:
        pickle.dump(metadata, file)


def _rank_values(seed):
    rng = np.random.default_rng([seed, 99])
    wide = torch.from_numpy(rng.standard_normal((6, 4))).float()
    uneven = torch.from_numpy(rng.standard_normal((5, 3))).to(torch.bfloat16)
    whole = torch.from_numpy(rng.integers(-9, 9, (2, 2)))
    return {"wide": wide, "uneven": uneven, "whole": whole}


def _rank_main(rank, port, out, seed):
    from torch.distributed.tensor import Replicate, Shard, distribute_tensor, init_device_mesh

    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), GLOO_SOCKET_IFNAME="lo")
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", rank=rank, world_size=2)
    mesh = init_device_mesh("cpu", (2,))
    for name, axis in (("rows", 0), ("columns", 1)):
        values = _rank_values(seed)
        placed = {
            "model": {
                "wide": distribute_tensor(values["wide"], mesh, [Shard(axis)]),
                "uneven": distribute_tensor(values["uneven"], mesh, [Shard(axis)]),
                "replicated": distribute_tensor(values["wide"], mesh, [Replicate()]),
                "whole": values["whole"],
            },
            "step": 17,
        }
        dcp.save(placed, checkpoint_id=os.path.join(out, f"ranks-{name}.dcp"))
    torch.distributed.destroy_process_group()


def save_multi_rank(out, seed):
    """Saves two folders of two ranks over loopback with their expectations; returns their paths."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    torch.multiprocessing.spawn(_rank_main, (port, out, seed), nprocs=2)
    values = _rank_values(seed)
    model = {**values, "replicated": values["wide"].clone()}
    found = {"model": model, "step": 17}
    paths = [os.path.join(out, f"ranks-{name}.dcp") for name in ("rows", "columns")]
    for path in paths:
        expectation.write(found, path + ".expect.json", {"container": "dcp 2 ranks"})
    return paths
