"""How much memory a query of customers may take, and where what does not fit goes meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from salescope.frames.errors import OutOfRangeError

__all__ = ["IN_MEMORY", "Engine"]

# Less than this, the engine does not even start.
LEAST_BYTES = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Says how much memory a query may take, where it puts what does not fit, and how many threads it runs on.

    Not one bit of an answer depends on any of the three.

    Parameters
    ----------
    memory_limit : int, optional
        Bytes that groups, sorts and joins may take, and at their end the answer, some 400 bytes a row; the tables that
        are given come on top. By default 80 % of the machine's memory.
    spill_folder : str, optional
        A folder whose parent exists, for what does not fit; queries at once may share it, and each takes its files
        away. By default nothing is written, and a query that does not fit is refused.
    threads : int, optional
        By default one for each core.

    Raises
    ------
    OutOfRangeError
        When the limit is below a mebibyte, or there would be no thread.

    Examples
    --------
    >>> Engine(memory_limit=2_000_000_000, spill_folder="/var/tmp/salescope", threads=2).options
    {'temp_directory': '/var/tmp/salescope', 'memory_limit': '2000000000B', 'threads': 2}
    >>> Engine(threads=0)
    Traceback (most recent call last):
        ...
    salescope.frames.errors.OutOfRangeError: 0 is out of range for threads in Engine: give a value of at least 1.
    """

    memory_limit: int | None = None
    spill_folder: str | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        if self.memory_limit is not None and self.memory_limit < LEAST_BYTES:
            raise OutOfRangeError(self.memory_limit, name="memory_limit", where="Engine", least=LEAST_BYTES)
        if self.threads is not None and self.threads < 1:
            raise OutOfRangeError(self.threads, name="threads", where="Engine", least=1)

    @property
    def options(self) -> dict[str, str | int]:
        """Settings of DuckDB: the three in its words; an empty folder's name means that nothing is written."""
        options: dict[str, str | int] = {"temp_directory": self.spill_folder or ""}
        if self.memory_limit is not None:
            options["memory_limit"] = f"{self.memory_limit}B"
        if self.threads is not None:
            options["threads"] = self.threads
        return options

    def refusal(self) -> OutOfRangeError:
        """Builds the error of a query that fits neither into the memory nor into the folder.

        Returns
        -------
        OutOfRangeError

        Examples
        --------
        >>> print(str(Engine(memory_limit=50_000_000).refusal()).partition(": ")[2])
        give a value of at least 100000000, or a spill_folder that can be written and has room.
        """
        # How much would do is not known before it was tried.
        more = (
            "the 80 % of the machine's memory that were too few" if self.memory_limit is None else 2 * self.memory_limit
        )
        least = f"{more}, or a spill_folder that can be written and has room"
        return OutOfRangeError(self.memory_limit, name="memory_limit", where="Engine", least=least)


IN_MEMORY = Engine()
