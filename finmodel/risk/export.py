"""Every path in one table: a row a path, a column for each number that was kept; Parquet, a row group for each part."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from finmodel.kernel.errors import UsageError
from finmodel.kernel.files import cannot_write, check_target, temporary_name
from finmodel.risk.checkpoint import Store, parts_of
from finmodel.risk.job import PART


def write_parquet(store: Store, path: Path) -> Path:
    """Write a run's paths as Parquet, whole or not at all; memory holds one part at a time.

    Args:
        path: The file.

    Returns:
        The path that was written.

    Raises:
        UsageError: pyarrow is not installed.
        FileError: It is a folder, a link or a device, or it cannot be written; what was there before is unchanged.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise UsageError('Parquet needs pyarrow: pip install "finmodel[cluster]"') from None
    check_target(path)
    temporary = path.parent / temporary_name()
    chain = store.job.market.chain
    writer: Any = None
    try:
        try:
            for number, columns in enumerate(parts_of(store)):
                first = number * PART
                count = store.job.paths_of(number)
                data = {"path": pa.array(range(first, first + count), pa.int64())}
                if chain is not None:
                    names = [chain.names[label] for label in store.labels_of(number)]
                    data["regime"] = pa.array(names).dictionary_encode()
                data.update({name: pa.array(values) for name, values in columns.items()})
                table = pa.table(data)
                writer = writer or pq.ParquetWriter(temporary, table.schema, compression="zstd")
                writer.write_table(table)
        finally:
            if writer is not None:
                writer.close()
        os.replace(temporary, path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    return path
