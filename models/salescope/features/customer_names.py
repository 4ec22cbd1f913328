"""Columns of names as positions: millions of rows of text become small whole numbers, read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from salescope.features.cells import word_of

__all__ = ["CodedNames", "Positions", "sorted_names"]

WHITE_SPACE = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())

Positions = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class CodedNames:
    """Holds a column of names.

    Parameters
    ----------
    codes : ndarray of int32, shape (n_rows,)
        Where each row's name stands among the words; -1 for a blank cell.
    words : pyarrow.Array of large_string, shape (n_words,)
        The different names, each once, without white space around them.
    """

    codes: Positions
    words: pa.Array

    @classmethod
    def from_column(cls, column: pd.Series) -> CodedNames:
        """Reads a column; a name is the same for 1, 1.0 and "1", as everywhere in the features.

        Parameters
        ----------
        column : Series, shape (n_rows,)
            Text, whole numbers, categories or a mixture.

        Returns
        -------
        CodedNames

        Examples
        --------
        >>> coded = CodedNames.from_column(pd.Series(["b", None, " a ", 7, 7.0, "b"]))
        >>> coded.codes.tolist(), coded.words.to_pylist()
        ([0, -1, 1, 2, 2, 0], ['b', 'a', '7'])
        """
        cells = _cells(column)
        if pa.types.is_null(cells.type):
            return cls(np.full(len(column), -1, dtype=np.int32), pa.array([], type=pa.large_string()))
        # Encoded chunk by chunk, so that the text of millions of rows is never copied.
        coded = pc.dictionary_encode(cells).combine_chunks()
        words = _words(coded.dictionary)
        different = pc.unique(words.drop_null())
        raw = coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
        return cls(_with_nobody(pc.index_in(words, value_set=different))[raw], different)

    def positions(self, names: pa.Array) -> Positions:
        """Finds every row's name in a list of names.

        Parameters
        ----------
        names : pyarrow.Array of large_string, shape (n_names,)
            The list, each name once.

        Returns
        -------
        ndarray of int32, shape (n_rows,)
            -1 where the cell is blank or its name is not in the list.

        Examples
        --------
        >>> CodedNames.from_column(pd.Series(["b", "x", None])).positions(sorted_names(["b", "a"])).tolist()
        [1, -1, -1]
        """
        return _with_nobody(pc.index_in(self.words, value_set=names))[self.codes]


def sorted_names(*groups: Sequence[str] | pa.Array) -> pa.Array:
    """Joins groups of names into one list.

    Parameters
    ----------
    *groups : sequence of str or pyarrow.Array
        Names, not blank.

    Returns
    -------
    pyarrow.Array of large_string, shape (n_names,)
        Each name once, sorted by code point.

    Examples
    --------
    >>> sorted_names(["b", "a"], ["a", "C"]).to_pylist()
    ['C', 'a', 'b']
    """
    every = pa.chunked_array([pa.array(group, type=pa.large_string()) for group in groups], type=pa.large_string())
    different = pc.unique(every)
    return different.take(pc.sort_indices(different))


def _cells(column: pd.Series) -> pa.ChunkedArray:
    try:
        return pa.chunked_array(pa.array(column, from_pandas=True))
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        # Names and numbers in one column have no type in common.
        return pa.chunked_array([pa.array([word_of(value) for value in column], type=pa.large_string())])


def _words(cells: pa.Array) -> pa.Array:
    if not (pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)):
        return pa.array([word_of(value) for value in cells.to_pylist()], type=pa.large_string())
    # What `word_of` does to text, without a Python object for each of a million names.
    bare = pc.utf8_trim(cells.cast(pa.large_string()), characters=WHITE_SPACE)
    return pc.if_else(pc.equal(bare, ""), pa.scalar(None, type=pa.large_string()), bare)


def _with_nobody(positions: pa.Array) -> Positions:
    """Puts a -1 behind positions and into their gaps, so that the code -1 finds it from the end."""
    found = positions.fill_null(-1).to_numpy(zero_copy_only=False)
    return np.append(found, -1).astype(np.int32)
