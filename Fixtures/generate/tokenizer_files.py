"""Makes Fixtures/tokenizers. Needs Python 3.11, sentencepiece 0.2.3 and tokenizers 0.23.3.

accepts/  tokenizers that were trained here on the text below, each with NAME.golden: hostile lines,
          the ids that the reference library gives, and the text that it decodes them to
rejects/  one file for each way to be wrong, named by the rule

A golden file is a list of records: u32 count of text bytes, text, u32 count of ids, i32 ids, u32
count of decoded bytes, decoded; all little-endian. Lines are bytes, not all of them UTF-8.
"""
import json
import os
import random
import shutil
import struct
import sys
import tempfile

import sentencepiece as spm
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers,
                        processors, trainers)

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tokenizers"))

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
          r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")

WORDS = """the of and to in a is that it was for on are as with his they be at one have this from or
had by hot but some what there we can out other were all your when up use word how said an each she
which do their time if will way about many then them would write like so these her long make thing
see him two has look more day could go come did my sound no most number who over know water than call
first people may down side been now find weights tensor layer quantize tokenizer don't it's we'll
naïve café über straße Ærø мир привет 世界 日本語 한국어 שלום مرحبا हिन्दी ไทย Ελληνικά""".split()
SYMBOLS = list(".,;:!?-–—()[]{}<>/\\|@#$%^&*+=_~`'\"") + ["...", "==", "->", "//", "\u2019", "«", "»"]
ODD = ["\u00a0", "\u2003", "\u3000", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u2028", "\u0085",
       "\u001c", "\t", "\r", "\x0b", "\x00", "\x01", "\x7f", "\ufffd", "\uffff", "\U0010ffff", "\ue000",
       "①", "ﬁ", "Ａ", "㌔", "½", "²", "ǆ", "\u0301", "e\u0301", "A\u030a", "\u1e9b\u0323", "가",
       "\u1100\u1161", "ｶﾞ", "\u017f", "İ", "ı", "\ufdfa", "\u2581", "\u2581\u2581", "👩‍👩‍👧‍👦", "🇩🇪",
       "👍🏽", "\U0001d400", "٣", "௧", "〇", "Ⅷ", "\u0660\u0661", "\u180e", "\u1680", "'S", "'LL", "'\u017f",
       "'Re", "<s>", "</s>", "<unk>", "<0x41>", "<|endoftext|>", "<|im_start|>", "<pad>", "<cap>",
       "<up>", "[DAY]", " word ", "12345", "1234567", "3.14", "\r\n", "\n\n", "  ", "    ", " \n "]
BROKEN = [b"\xff", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\x80",
          b"\xf0\x9f\x91", b"\xfe\xfe", b"\xe2\x96", b"\xf8\x88\x80\x80\x80"]


def lines(count, seed):
    """Lines of words, symbols and oddities, as bytes; the first are what breaks tokenizers first."""
    chance = random.Random(seed)
    first = ["", " ", "  ", "\t", "\n", "\u2581", " \u2581 ", "a", "a" * 300, " " * 70, "ab " * 90,
             "\x00", "\x00a\x00", "hello world", " hello", "hello ", "  hello  world  ", "é", "e\u0301",
             "<s>", "<s></s>", "don't DON'T don\u2019t", "\r\n\r\n  x", "x \n \n y", "1 12 123 1234 12345"]
    result = [text.encode() for text in first + ODD] + BROKEN + [b"a" + bad + b"b" for bad in BROKEN]
    while len(result) < count:
        parts = []
        for _ in range(chance.randrange(1, 24)):
            kind = chance.random()
            if kind < 0.6:
                word = chance.choice(WORDS)
                word = chance.choice([word, word, word, word.capitalize(), word.upper()])
                parts.append((chance.choice([" ", " ", " ", "", "  "]) + word).encode())
            elif kind < 0.72:
                parts.append(chance.choice(SYMBOLS).encode())
            elif kind < 0.84:
                parts.append(chance.choice(ODD).encode())
            elif kind < 0.9:
                parts.append(str(chance.randrange(10 ** chance.randrange(1, 9))).encode())
            elif kind < 0.97:
                point = chance.choice([chance.randrange(0x20, 0x3000), chance.randrange(0x20, 0xd800),
                                       chance.randrange(0x1f000, 0x1fa00)])
                parts.append(chr(point).encode())
            else:
                parts.append(chance.choice(BROKEN))
        result.append(b"".join(parts))
    return result[:count]


def prose(count, seed):
    """Text to train on: words and punctuation, all valid."""
    chance = random.Random(seed)
    for _ in range(count):
        words = [chance.choice(WORDS) for _ in range(chance.randrange(4, 20))]
        yield " ".join(words).capitalize() + chance.choice([".", "!", "?", " 42.", ", 1999:", " (x)"])


class SentencePiece:
    """The reference for .model files."""

    def __init__(self, path):
        self.processor = spm.SentencePieceProcessor(model_file=path)

    def encode(self, line):
        return self.processor.EncodeAsIds(line)

    def decode(self, ids):
        # Text that the library gives is UTF-8 unless an unknown piece was copied.
        text = self.processor.DecodeIds(ids)
        return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


class HuggingFace:
    """The reference for tokenizer.json files."""

    def __init__(self, path):
        self.tokenizer = Tokenizer.from_file(path)

    def encode(self, line):
        text = line.decode("utf-8", "replace")
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def decode(self, ids):
        return self.tokenizer.decode(ids).encode()


def reference(path):
    return HuggingFace(path) if path.endswith(".json") else SentencePiece(path)


def write_golden(path, tokenizer, texts):
    """Writes the records; gives how many ids there were."""
    total = 0
    with open(path, "wb") as file:
        for text in texts:
            ids = tokenizer.encode(text)
            decoded = tokenizer.decode(ids)
            total += len(ids)
            file.write(struct.pack("<I", len(text)) + text)
            file.write(struct.pack(f"<I{len(ids)}i", len(ids), *ids))
            file.write(struct.pack("<I", len(decoded)) + decoded)
    return total


def train_sentencepiece(path, texts, **options):
    with tempfile.TemporaryDirectory() as folder:
        corpus = os.path.join(folder, "corpus.txt")
        with open(corpus, "w", encoding="utf-8") as file:
            file.write("\n".join(texts) + "\n")
        spm.SentencePieceTrainer.train(
            input=corpus, model_prefix=os.path.join(folder, "m"), num_threads=1,
            minloglevel=2, self_test_sample_size=0, hard_vocab_limit=False, **options)
        with open(os.path.join(folder, "m.model"), "rb") as file:
            content = strip_paths(file.read())
    with open(path, "wb") as file:
        file.write(content)


def fields(message):
    """The fields of a protocol buffer: number, wire type, start of tag, start of content, end."""
    position = 0

    def varint():
        nonlocal position
        value = shift = 0
        while True:
            byte = message[position]
            position += 1
            value |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                return value

    while position < len(message):
        start = position
        tag = varint()
        length = {1: 8, 5: 4}.get(tag & 7, 0)
        if tag & 7 == 0:
            content = position
            varint()
        else:
            if tag & 7 == 2:
                length = varint()
            content = position
            position += length
        yield tag >> 3, tag & 7, start, content, position


def number(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(tag, content):
    """One field: bytes, or an integer, or a float."""
    if isinstance(content, float):
        return number(tag << 3 | 5) + struct.pack("<f", content)
    if isinstance(content, int):
        return number(tag << 3) + number(content)
    return number(tag << 3 | 2) + number(len(content)) + content


def strip_paths(model):
    """The model without the names of the files that it was trained from, which differ every time."""
    out = b""
    for tag, wire, start, content, end in fields(model):
        if tag == 2 and wire == 2:
            spec = model[content:end]
            kept = b"".join(spec[s:e] for t, _, s, _, e in fields(spec) if t not in (1, 2))
            out += field(2, kept)
        else:
            out += model[start:end]
    return out


def gpt2_like(texts, size, pattern=None):
    """A byte-level BPE as GPT-2's, or with a pattern of its own as Llama 3's and Qwen 2's."""
    tokenizer = Tokenizer(models.BPE())
    if pattern is None:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, show_progress=False, special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def llama2_like(texts, size, metaspace=False):
    """A BPE over characters with byte fallback, as converted from SentencePiece."""
    def escaped(text):
        return "\u2581" + text.replace(" ", "\u2581")

    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Split("\u2581", "merged_with_next")
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False, special_tokens=[])
    trained.train_from_iterator([escaped(text) for text in texts], trainer)
    model = json.loads(trained.to_str())["model"]
    names = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    names += sorted(model["vocab"], key=model["vocab"].get)
    vocab = {name: index for index, name in enumerate(names)}
    tokenizer = Tokenizer(models.BPE(
        vocab, [tuple(pair) for pair in model["merges"]], unk_token="<unk>", fuse_unk=True,
        byte_fallback=True))
    if metaspace:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
        tokenizer.decoder = decoders.Sequence([
            decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(),
            decoders.Strip(" ", 1, 0)])
    else:
        tokenizer.normalizer = normalizers.Sequence([
            normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
        tokenizer.decoder = decoders.Sequence([
            decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(),
            decoders.Strip(" ", 1, 0)])
    tokenizer.add_special_tokens([
        AddedToken("<unk>", normalized=False), AddedToken("<s>", normalized=False),
        AddedToken("</s>", normalized=False)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    return tokenizer


def qwen_like(texts, size):
    tokenizer = gpt2_like(texts, size, QWEN2)
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.add_special_tokens(["<|im_start|>", "<|im_end|>"])
    tokenizer.add_tokens([AddedToken("<cap>", special=False, normalized=False),
                          AddedToken("[DAY]", lstrip=True, rstrip=True, normalized=True),
                          AddedToken("ward", single_word=True, normalized=True)])
    return tokenizer


def llama3_like(texts, size):
    tokenizer = gpt2_like(texts, size, LLAMA3)
    description = json.loads(tokenizer.to_str())
    description["model"]["ignore_merges"] = True
    # A token that no merge gives, to be found whole.
    vocab = description["model"]["vocab"]
    vocab["\u0120quokka"] = max(vocab.values()) + 1
    # The field is written as text in old files.
    description["model"]["merges"] = [" ".join(pair) for pair in description["model"]["merges"]]
    tokenizer = Tokenizer.from_str(json.dumps(description))
    tokenizer.add_special_tokens(["<|begin_of_text|>"])
    begin = tokenizer.token_to_id("<|begin_of_text|>")
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(single="<|begin_of_text|> $A",
                                      special_tokens=[("<|begin_of_text|>", begin)])])
    return tokenizer


def make_all(folder, scale):
    """Trains every kind of tokenizer; `scale` multiplies the sizes of vocabularies."""
    texts = list(prose(1500, 1))
    def at(name):
        return os.path.join(folder, name)
    common = {"character_coverage": 1.0}
    train_sentencepiece(at("bpe-bytes.model"), texts, model_type="bpe", vocab_size=700 * scale,
                        byte_fallback=True, user_defined_symbols=["<cap>", "<up>", " word "],
                        control_symbols=["<pad>"], **common)
    train_sentencepiece(at("unigram.model"), texts, model_type="unigram", vocab_size=400 * scale,
                        user_defined_symbols=["<cap>"], **common)
    train_sentencepiece(at("unigram-bytes-identity.model"), texts, model_type="unigram",
                        vocab_size=700 * scale, byte_fallback=True, add_dummy_prefix=False,
                        normalization_rule_name="identity", remove_extra_whitespaces=False, **common)
    train_sentencepiece(at("bpe-identity.model"), texts, model_type="bpe", vocab_size=400 * scale,
                        normalization_rule_name="identity", remove_extra_whitespaces=False, **common)
    train_sentencepiece(at("bpe-suffix.model"), texts, model_type="bpe", vocab_size=400 * scale,
                        treat_whitespace_as_suffix=True, normalization_rule_name="nmt_nfkc_cf",
                        **common)
    with open(at("bpe-identity.model"), "rb") as file:
        model = file.read()
    with open(at("bpe-unused.model"), "wb") as file:
        file.write(with_unused(model))
    gpt2_like(texts, 500 * scale).save(at("gpt2.json"), pretty=False)
    llama3_like(texts, 500 * scale).save(at("llama3.json"), pretty=False)
    qwen_like(texts, 500 * scale).save(at("qwen2.json"), pretty=False)
    llama2_like(texts, 300 * scale).save(at("llama2.json"), pretty=False)
    llama2_like(texts, 300 * scale, metaspace=True).save(at("mistral.json"), pretty=False)


def with_unused(model):
    """The model with every seventh piece that was merged marked as unused."""
    out, index = b"", 0
    for tag, _, start, content, end in fields(model):
        part = model[start:end]
        if tag == 1:
            text = next(model[content:end][c:e] for t, _, _, c, e in fields(model[content:end]) if t == 1)
            if index > 3 and index % 7 == 0 and len(text.decode()) > 1:
                part = field(1, model[content:end] + field(3, 5))
            index += 1
        out += part
    return out


def reject(name, content):
    with open(os.path.join(ROOT, "rejects", name), "wb") as file:
        file.write(content)


def piece(text, score=-1.0, kind=None):
    content = field(1, text) + field(2, score)
    return field(1, content if kind is None else content + field(3, kind))


def reject_models():
    """Models that are wrong, each in one way."""
    unknown = piece(b"<unk>", 0.0, 2)
    bpe = field(2, field(3, 2))
    good = unknown + piece(b"a") + piece(b"b") + bpe
    reject("K01-empty.model", b"")
    reject("K01-cut.model", good[:-3])
    reject("K01-length.model", good + number(4 << 3 | 2) + number(2 ** 63))
    reject("K01-group.model", good + number(9 << 3 | 3))
    reject("K01-varint.model", good + number(9 << 3) + b"\xff" * 11)
    reject("K01-field-zero.model", good + b"\x00\x01")
    reject("K02-empty-piece.model", good + piece(b""))
    reject("K02-twice.model", good + piece(b"a"))
    reject("K02-no-unknown.model", piece(b"a") + bpe)
    reject("K02-two-unknown.model", good + piece(b"<unk2>", 0.0, 2))
    reject("K02-nan-score.model", good + piece(b"c", float("nan")))
    reject("K02-byte-without-fallback.model", good + piece(b"<0x41>", 0.0, 6))
    reject("K02-missing-bytes.model",
           unknown + piece(b"<0x41>", 0.0, 6) + field(2, field(3, 2) + field(35, 1)))
    reject("K02-bad-byte.model",
           unknown + piece(b"<0x4g>", 0.0, 6) + field(2, field(3, 2) + field(35, 1)))
    reject("K02-long-piece.model", good + piece(b"x" * 4097))
    reject("K03-word.model", unknown + piece(b"a") + field(2, field(3, 3)))
    reject("K03-char.model", unknown + piece(b"a") + field(2, field(3, 4)))
    reject("K03-kind-9.model", unknown + piece(b"a") + field(2, field(3, 9)))
    reject("K04-short.model", good + field(3, field(2, b"\x01\x00")))
    reject("K04-trie-size.model", good + field(3, field(2, struct.pack("<I", 4096) + bytes(8))))
    reject("K04-odd-size.model", good + field(3, field(2, struct.pack("<I", 5) + bytes(9))))
    reject("K04-open-end.model", good + field(3, field(2, struct.pack("<II", 4, 0) + b"abc")))
    reject("K04-long-replacement.model",
           good + field(3, field(2, struct.pack("<II", 4, 0) + b"a" * 2000 + bytes(1))))


def reject_descriptions():
    """tokenizer.json files that are wrong, each in one way."""
    def write(name, change=None, **members):
        description = {"added_tokens": [], "normalizer": None, "pre_tokenizer": None,
                       "post_processor": None, "decoder": None,
                       "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2},
                                 "merges": [["a", "b"]]}}
        description.update(members)
        if change:
            change(description)
        reject(name, json.dumps(description).encode())

    def model(**members):
        return lambda description: description["model"].update(members)

    def split(pattern, behavior="Isolated"):
        return {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": False}

    reject("K07-no-json.json", b"{")
    reject("K07-no-model.json", b"{}")
    reject("K07-twice.json", b'{"model":{"type":"BPE","vocab":{"a":0,"a":1},"merges":[]}}')
    write("K07-vocab-list.json", model(vocab=["a"]))
    write("K07-merges-object.json", model(merges={}))
    write("K07-merge-of-three.json", model(merges=[["a", "b", "c"]]))
    write("K07-merge-text.json", model(merges=["a  b"]))
    write("K07-flag.json", model(ignore_merges="yes"))
    write("K07-added-token.json", added_tokens=[{"id": "3", "content": "<s>"}])
    write("K08-unigram.json", model(type="Unigram"))
    write("K08-affix.json", model(end_of_word_suffix="</w>"))
    write("K08-dropout.json", model(dropout=0.1))
    write("K08-nfkc.json", normalizer={"type": "NFKC"})
    write("K08-replace-regex.json",
          normalizer={"type": "Replace", "pattern": {"Regex": "a+"}, "content": "b"})
    write("K08-pre-tokenizer.json", pre_tokenizer={"type": "Whitespace"})
    write("K08-pattern.json", pre_tokenizer=split({"Regex": "\\w+"}))
    write("K08-pattern-text.json", pre_tokenizer=split({"String": " "}))
    write("K08-behavior.json", pre_tokenizer=split({"Regex": GPT2}, "MergedWithNext"))
    write("K08-after-bytes.json", pre_tokenizer={"type": "Sequence", "pretokenizers": [
        {"type": "ByteLevel", "add_prefix_space": False}, {"type": "Digits"}]})
    write("K08-decoder.json", decoder={"type": "WordPiece"})
    write("K08-processor.json", post_processor={"type": "BertProcessing"})
    write("K09-two-ids.json", model(vocab={"a": 0, "b": 0, "ab": 1}))
    write("K09-id.json", model(vocab={"a": 0, "b": 1, "ab": 2 ** 40}))
    write("K09-negative-id.json", model(vocab={"a": 0, "b": 1, "ab": -1}))
    write("K09-merge.json", model(merges=[["a", "c"]]))
    write("K09-merged.json", model(merges=[["b", "a"]]))
    write("K09-unknown.json", model(unk_token="<unk>"))
    write("K06-growth.json", added_tokens=[{"id": 3, "content": "a" * 99, "normalized": True}],
          normalizer={"type": "Sequence", "normalizers": [
              {"type": "Replace", "pattern": {"String": "a"}, "content": "a" * 99}] * 9})
    write("K08-long-token.json", added_tokens=[{"id": 3, "content": "a" * 1025}])
    write("K09-template.json", post_processor={
        "type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}],
        "special_tokens": {"<s>": {"id": "<s>", "ids": [3], "tokens": ["<s>"]}}})
    write("K09-added.json", added_tokens=[{"id": 1, "content": "<s>", "special": True}])


def shard(tokens, magic=20240520, version=1, count=None):
    header = [magic, version, len(tokens) if count is None else count] + [0] * 253
    return struct.pack("<256i", *header) + struct.pack(f"<{len(tokens)}H", *tokens)


def make_shards():
    """Shards that must be read, and such that must not."""
    def accept(name, content):
        with open(os.path.join(ROOT, "accepts", name), "wb") as file:
            file.write(content)
    accept("part_val_000000.bin", shard([1, 5, 6, 7]))
    accept("part_val_000001.bin", shard([]))
    accept("part_val_000002.bin", shard([8, 1, 9]))
    accept("part_val_bytes_000000.bin", shard([0, 3, 2, 1]))
    accept("part_val_bytes_000001.bin", shard([]))
    accept("part_val_bytes_000002.bin", shard([7, 0, 500]))
    reject("V01-text.bin", b"text " * 300)
    reject("V01-empty.bin", b"")
    reject("V01-magic.bin", shard([1], magic=20240521))
    reject("V02-version.bin", shard([1, 2], version=2))
    reject("V03-header.bin", shard([])[:512])
    reject("V03-short.bin", shard([1, 2, 3])[:-1])
    reject("V03-long.bin", shard([1, 2, 3]) + b"\x00\x00")
    reject("V03-negative.bin", shard([1], count=-1))
    reject("V05-token.bin", shard([1, 2, 700, 3]))
    reject("V06_bytes_.bin", shard([1]))


def main():
    for name in ("accepts", "rejects"):
        shutil.rmtree(os.path.join(ROOT, name), ignore_errors=True)
        os.makedirs(os.path.join(ROOT, name))
    accepts = os.path.join(ROOT, "accepts")
    make_all(accepts, 1)
    for name in sorted(os.listdir(accepts)):
        path = os.path.join(accepts, name)
        write_golden(path + ".golden", reference(path), lines(300, 7))
    make_shards()
    reject_models()
    reject_descriptions()
    return 0


if __name__ == "__main__":
    sys.exit(main())
