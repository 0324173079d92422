"""The archive that a crawl writes: a .warc.gz, a gzip member a record."""

from __future__ import annotations

import io
import os
import uuid
from collections.abc import Iterable
from pathlib import Path

from ogai_lab.core.errors import Conflict


class Archive:
    """Appends responses to a file.

    Parameters
    ----------
    file
        The file; made if it is not there.
    size
        Where its whole records end; what is beyond is cut off.

    Raises
    ------
    Conflict
        When the file is shorter: it is not the one that this crawl wrote.
    """

    def __init__(self, file: Path, size: int) -> None:
        self._file = file.open("ab")
        found = self._file.seek(0, os.SEEK_END)
        if found < size:
            self._file.close()
            raise Conflict(
                f"The archive {str(file)!r} has {found} bytes, fewer than the {size} that this "
                "crawl wrote.",
                action="Bring it back, or crawl into another folder.",
            )
        self._file.truncate(size)
        self.size = size

    def append(
        self, url: str, time: str, status: str, headers: Iterable[tuple[str, str]], body: bytes
    ) -> int:
        """Write one response so that it outlasts a crash; return where the archive ends now.

        Parameters
        ----------
        time
            When it came, as in 2024-05-06T07:08:09Z.
        status
            As in "200 OK".
        headers
            Its HTTP headers, those apart that say how it was sent.
        body
            The page, not compressed.
        """
        from fastwarc.stream_io import GzipWriter
        from fastwarc.warc import WarcRecord, WarcRecordType

        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
        record = WarcRecord()
        record.init_headers(WarcRecordType.response, str(uuid.uuid4()).encode())
        record.headers["WARC-Date"] = time
        record.headers["WARC-Target-URI"] = url
        record.headers["Content-Type"] = "application/http; msgtype=response"
        record.set_bytes_content(head.encode("latin-1", "replace") + body)
        packed = io.BytesIO()
        with GzipWriter(packed) as writer:
            record.write(writer, checksum_data=True)
        self._file.write(packed.getbuffer())
        self._file.flush()
        os.fsync(self._file.fileno())
        self.size += packed.getbuffer().nbytes
        return self.size

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._file.close()
