"""Executes a notebook with this interpreter: ``python -m tests.docs.execute_notebook notebook.ipynb executed.ipynb``.

It is a program of its own, so that the event loop and the sockets that lead to the kernel end with it and not in a later test. The working
directory is the caller's. What has been shown is written even where a cell failed.
"""

from __future__ import annotations

import sys

import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

SECONDS_A_CELL = 300


class SameInterpreter(KernelSpecManager):
    """Gives every kernel the interpreter that asks, whatever kernels the machine has."""

    def get_kernel_spec(self, kernel_name):
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name=kernel_name, language="python")


def main(source: str, target: str) -> None:
    """Executes a notebook and writes it, with its outputs, to another file."""
    notebook = nbformat.read(source, as_version=4)
    kernel = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=SameInterpreter())
    try:
        NotebookClient(notebook, km=kernel, timeout=SECONDS_A_CELL).execute()
    finally:
        nbformat.write(notebook, target)


if __name__ == "__main__":
    main(*sys.argv[1:])
