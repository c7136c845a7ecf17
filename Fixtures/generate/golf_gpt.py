"""The records' GPT, written from docs/formats/golf-gpt.md. Needs torch 2.15.0.

An oracle: slow, plain, in any float type. `GolfGPT(config, tensors)` takes the key-value pairs of
config.json and a state dict; `model(tokens)` gives logits of one sequence.
"""

import math

import torch

EPSILON = 2.0**-23
DEFAULTS = {
    "rope_base": 10000.0, "rope_dims": 0, "rope_yarn": False, "train_seq_len": 0,
    "logit_softcap": 30.0, "softcap_type": "tanh", "neg_slope": 0.0, "ln_scale": False,
    "xsa_last_n": 0, "ve_layers": [], "recur_layers": [], "skip_clamp": False,
    "num_loops": 0, "loop_start": 0, "loop_end": 0,
    "parallel_residual_start": -1, "parallel_start_layer": 0,
    "lane_skips": "attention", "parallel_final_lane": "mean",
    "attn_out_gate_src": "proj", "sparse_attn_gate_scale": 1.0,
    "smear_bos_mask": False, "document_mask": False, "bos_id": 1, "eval_seq_len": 0,
}  # fmt: skip


def rms(x):
    """x over its root mean square."""
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + EPSILON)


def layer_list(value):
    """A list of layers, also from the environment's "9,10"."""
    return [int(part) for part in value.split(",")] if isinstance(value, str) else list(value)


def unbanked(tensors):
    """The state dict with banks cut into the blocks' own matrices."""
    if "qo_bank" not in tensors:
        return dict(tensors)
    banks = {
        "qo_bank": ("attn.c_q", "attn.proj"), "kv_bank": ("attn.c_k", "attn.c_v"),
        "mlp_up_bank": ("mlp.fc",), "mlp_down_bank": ("mlp.proj",),
    }  # fmt: skip
    plain = {name: value for name, value in tensors.items() if name not in banks}
    layers = tensors["mlp_up_bank"].shape[0]
    for bank, parts in banks.items():
        for place, part in enumerate(parts):
            for layer in range(layers):
                plain[f"blocks.{layer}.{part}.weight"] = tensors[bank][place * layers + layer]
    return plain


def previous(x):
    """Each position's predecessor, zero for the first."""
    return torch.cat((torch.zeros_like(x[:1]), x[:-1]))


def wrapped(value):
    """An integer as 32-bit two's complement keeps it."""
    return (value + 2**31) % 2**32 - 2**31


class GolfGPT:
    """One model in one float type. `observe(name, x)` sees what each linear layer reads."""

    def __init__(self, config, tensors, dtype=torch.float32, observe=None):
        self.config = {**DEFAULTS, **config}
        if "gate_attn_src" in config:
            self.config["attn_out_gate_src"] = config["gate_attn_src"]
        self.w = {name: value.to(dtype) for name, value in unbanked(tensors).items()}
        self.dtype = dtype
        self.observe = observe or (lambda name, x: None)
        numbers = {int(name.split(".")[1]) for name in self.w if name.startswith("blocks.")}
        self.layers = 1 + max(numbers)
        self.width = self.w["blocks.0.resid_mix"].shape[1]
        self.heads = self.w["blocks.0.attn.q_gain"].shape[0]
        self.head = self.width // self.heads
        self.groups = self.w["blocks.0.attn.c_k.weight"].shape[0] // self.head
        self.ve_layers = layer_list(self.config["ve_layers"])

    def linear(self, name, x):
        """x times a named matrix, transposed."""
        self.observe(name, x)
        return x @ self.w[name].T

    # Before the layers

    def bigrams(self, tokens):
        """What the hashed pair of tokens adds, or None."""
        ids = tokens.tolist()
        if "bigram.embed.weight" in self.w:
            table = self.w["bigram.embed.weight"]
            last = table.shape[0] - 1
            places = [last] + [
                (wrapped(36313 * now) ^ wrapped(27191 * before)) % last
                for before, now in zip(ids, ids[1:])
            ]
            x = table[places]
            if "bigram.proj.weight" in self.w:
                x = self.linear("bigram.proj.weight", x)
            return x * self.w["bigram.scale"]
        if "bigram_hash.table.weight" in self.w:
            table = self.w["bigram_hash.table.weight"]
            places = [(92821 * a + b) % table.shape[0] for a, b in zip([0] + ids, ids)]
            return self.linear("bigram_hash.proj.weight", table[places])
        return None

    def windowed_smear(self, x, tokens):
        """x with a gated part of each predecessor."""
        window = self.w["smear_gate.weight"].shape[1]
        gate = torch.sigmoid(self.linear("smear_gate.weight", x[:, :window]))
        gate = gate * self.w["smear_lambda"]
        if self.config["smear_bos_mask"]:
            gate = torch.where((tokens == self.config["bos_id"])[:, None], 0.0, gate)
        return x + gate * previous(x)

    def embedded(self, tokens):
        """x0: all that happens before the first layer."""
        x = self.w["tok_emb.weight"][tokens]
        pairs = self.bigrams(tokens)
        if pairs is not None:
            x = x + pairs
        if "smeargate.gate" in self.w:
            share = torch.sigmoid(self.w["smeargate.gate"])
            x = share * x + (1 - share) * previous(x)
        if "smear_gate.weight" in self.w:
            x = self.windowed_smear(x, tokens)
        if "embed_proj_rev.weight" in self.w:
            x = self.linear("embed_proj.weight", x)
        x = rms(x)
        if "head_proj.weight" in self.w:
            x = self.linear("embed_proj.weight", x)
        if "smear.gate" in self.w:
            share = torch.sigmoid(self.w["smear.gate"])
            x = (1 - share) * x + share * previous(x)
        return x

    # Schedule

    def schedule(self):
        """Layers in the order in which they run."""
        order = list(range(self.layers))
        repeated = layer_list(self.config["recur_layers"])
        if repeated:
            cut = repeated[-1] + 1
            return order[:cut] + repeated + order[cut:]
        start, end = self.config["loop_start"], self.config["loop_end"] + 1
        if self.config["num_loops"]:
            loops = order[start:end] * (self.config["num_loops"] + 1)
            return order[:start] + loops + order[end:]
        return order

    def skipped(self, x, skip, position):
        """x after the skip connection of a decoder position."""
        weights = self.w["skip_weights"]
        if position >= len(weights):
            if not self.config["skip_clamp"]:
                return x
            position = len(weights) - 1
        skip = weights[position] * skip
        if "skip_gates" not in self.w:
            return x + skip
        return skip + torch.sigmoid(self.w["skip_gates"][position]) * (x - skip)

    # Layers

    def rotated(self, x):
        """x (T × heads × d) turned by its positions."""
        count = x.shape[0]
        dims = self.config["rope_dims"] or self.head
        base, trained = self.config["rope_base"], self.config["train_seq_len"]
        if self.config["rope_yarn"] and 0 < trained < count:
            base = base * (count / trained) ** (dims / (dims - 2))
        exponents = torch.arange(0, dims, 2, dtype=torch.float32) / dims
        angles = torch.outer(torch.arange(count, dtype=torch.float32), 1.0 / base**exponents)
        cos, sin = (part.to(self.dtype)[:, None] for part in (angles.cos(), angles.sin()))
        first, second, rest = x.split((dims // 2, dims // 2, x.shape[-1] - dims), -1)
        turned = (first * cos + second * sin, second * cos - first * sin, rest)
        return torch.cat(turned, -1)

    def segments(self, tokens):
        """For each position the number of the segment it belongs to."""
        numbers, length, longest = [], 0, self.config["eval_seq_len"]
        for place, token in enumerate(tokens.tolist()):
            fresh = token == self.config["bos_id"] or (longest and length == longest)
            length = 1 if fresh else length + 1
            numbers.append(int(fresh and place > 0) + (numbers[-1] if numbers else 0))
        return torch.tensor(numbers)

    def mask(self, tokens):
        """True where a position (row) sees another (column)."""
        allowed = torch.ones(len(tokens), len(tokens), dtype=torch.bool).tril()
        if self.config["document_mask"]:
            number = self.segments(tokens)
            allowed &= number[:, None] == number[None]
        return allowed

    def attention(self, layer, x, tokens):
        """What the heads of a layer say, projected."""
        name, count = f"blocks.{layer}.attn", len(tokens)
        flat = self.linear(f"{name}.c_q.weight", x)
        v = self.linear(f"{name}.c_v.weight", x)
        if layer in self.ve_layers:
            v = v + self.value_embedding(layer, tokens)
        k = self.linear(f"{name}.c_k.weight", x).view(count, self.groups, self.head)
        v = v.view(count, self.groups, self.head)
        q = self.rotated(rms(flat.view(count, self.heads, self.head)))
        q = q * self.w[f"{name}.q_gain"][:, None]
        k = self.rotated(rms(k))
        owner = [head * self.groups // self.heads for head in range(self.heads)]
        k, v = k[:, owner], v[:, owner]
        scores = torch.einsum("thd,shd->hts", q, k) / math.sqrt(self.head)
        scores = scores.masked_fill(~self.mask(tokens), -math.inf)
        y = torch.einsum("hts,shd->thd", scores.softmax(-1), v)
        if layer >= self.layers - self.config["xsa_last_n"]:
            unit = v / v.norm(dim=-1, keepdim=True).clamp(min=1e-12)
            y = y - (y * unit).sum(-1, keepdim=True) * unit
        y = self.gated(name, y, x, flat)
        return self.linear(f"{name}.proj.weight", y.reshape(count, self.width))

    def value_embedding(self, layer, tokens):
        """What the tokens themselves add to the values of a layer."""
        x = self.w["ve_shared.embed.weight"][tokens]
        if "ve_shared.proj.weight" in self.w:
            x = self.linear("ve_shared.proj.weight", x)
        scale = self.w[f"ve_layer_scales.{self.ve_layers.index(layer)}"]
        return x * self.w["ve_shared.scale"] * scale

    def gated(self, name, y, x, queries):
        """The heads' outputs, times the layer's gate if it has one."""
        if f"{name}.attn_gate_proj.weight" in self.w:
            weight = self.w[f"{name}.attn_gate_proj.weight"]
            source = queries if self.config["attn_out_gate_src"] == "q" else x
            return y * 2 * torch.sigmoid(source[:, : weight.shape[1]] @ weight.T)[..., None]
        if f"{name}.attn_gate_w" in self.w:
            weight = self.w[f"{name}.attn_gate_w"]
            inner = self.config["sparse_attn_gate_scale"] * (x[:, : weight.shape[1]] @ weight.T)
            return y * torch.sigmoid(inner)[..., None]
        return y

    def mlp(self, layer, x):
        """The squared, perhaps leaky, rectifier between two matrices."""
        hidden = self.linear(f"blocks.{layer}.mlp.fc.weight", x)
        hidden = torch.where(hidden < 0, self.config["neg_slope"] * hidden, hidden).square()
        return self.linear(f"blocks.{layer}.mlp.proj.weight", hidden)

    def normed(self, layer, x):
        """The norm in front of a sublayer."""
        return rms(x) / math.sqrt(layer + 1) if self.config["ln_scale"] else rms(x)

    def mixed(self, layer, x, x0):
        """x with the layer's share of x0."""
        mix = self.w[f"blocks.{layer}.resid_mix"]
        return mix[0] * x + mix[1] * x0

    def attention_part(self, layer, a, tokens):
        """The scaled output of attention that reads a."""
        out = self.attention(layer, self.normed(layer, a), tokens)
        return self.w[f"blocks.{layer}.attn_scale"] * out

    def mlp_part(self, layer, b):
        """The scaled output of the MLP that reads b."""
        return self.w[f"blocks.{layer}.mlp_scale"] * self.mlp(layer, self.normed(layer, b))

    def block(self, layer, x, x0, tokens):
        """One layer of a single lane."""
        a = self.mixed(layer, x, x0)
        b = a + self.attention_part(layer, a, tokens)
        parallel = 0 <= self.config["parallel_residual_start"] <= layer
        return b + self.mlp_part(layer, a if parallel else b)

    def lanes_block(self, layer, lanes, x0, tokens):
        """One layer of two lanes."""
        a = self.mixed(layer, lanes[0], x0)
        u, w = self.attention_part(layer, a, tokens), self.mlp_part(layer, lanes[1])
        if "lane_merge" in self.w:
            return a + u, lanes[1] + w
        resid = self.w["parallel_resid_lambdas"][layer]
        post = self.w["parallel_post_lambdas"][layer]
        return tuple(resid[n] * lanes[n] + post[0, n] * u + post[1, n] * w for n in (0, 1))

    def merged(self, lanes):
        """What two lanes become in the end."""
        if "lane_merge" in self.w:
            share = self.w["lane_merge"]
            return share * lanes[0] + (1 - share) * lanes[1]
        shares = {"mean": (0.5, 0.5), "attn": (1.0, 0.0), "mlp": (0.0, 1.0)}
        first, second = shares[self.config["parallel_final_lane"]]
        return first * lanes[0] + second * lanes[1]

    def decoder(self, order, x, x0, skips, tokens):
        """The second half of the schedule, with skips, perhaps in lanes."""
        merging, start = "lane_merge" in self.w, self.config["parallel_start_layer"]
        can_split = start > 0 and (merging or "parallel_post_lambdas" in self.w)
        lanes = None
        for position, layer in enumerate(order):
            skip = skips.pop() if skips else None
            splits = lanes is None and can_split and layer >= start
            if splits and not merging:
                lanes = (x, x)
            if skip is not None and lanes is None:
                x = self.skipped(x, skip, position)
            elif skip is not None and (not merging or self.config["lane_skips"] == "attention"):
                lanes = (self.skipped(lanes[0], skip, position), lanes[1])
            if splits and merging:
                lanes = (x, x)
            if lanes is None:
                x = self.block(layer, x, x0, tokens)
            else:
                lanes = self.lanes_block(layer, lanes, x0, tokens)
        return x if lanes is None else self.merged(lanes)

    # After the layers

    def head_logits(self, x):
        """Logits of the last layer's output."""
        x = rms(x)
        for name in ("head_proj.weight", "embed_proj_rev.weight"):
            if name in self.w:
                x = self.linear(name, x)
        tied = "lm_head.weight" not in self.w
        logits = self.linear("tok_emb.weight" if tied else "lm_head.weight", x)
        if "vocab_bias" in self.w:
            logits = logits + self.w["vocab_bias"]
        cap = self.config["logit_softcap"]
        if self.config["softcap_type"] == "tanh":
            return cap * torch.tanh(logits / cap)
        u = (logits / cap).clamp(-2, 2)
        return cap * (u * (1 - u**2 / 3 + u**4 / 15)).clamp(-1, 1)

    def __call__(self, tokens):
        """Logits (T × V) of one sequence of T token ids."""
        x0 = self.embedded(tokens)
        order = self.schedule()
        half = len(order) // 2
        x, skips = x0, []
        for layer in order[:half]:
            x = self.block(layer, x, x0, tokens)
            skips.append(x)
        return self.head_logits(self.decoder(order[half:], x, x0, skips, tokens))

    def losses(self, tokens):
        """Negative log likelihood of each token but the first, given those before it."""
        logits = self(tokens[:-1])
        return logits.logsumexp(-1) - logits.gather(1, tokens[1:, None])[:, 0]
