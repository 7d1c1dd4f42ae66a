"""The parts of an email, as it carries them."""

from services.notify.gateways.calendar import as_base64


def part(kind: str, content: bytes, cid: str | None = None, name: str = "", how: str = "") -> str:
    """Write a part in base64, with its id and the name of its file if it has them."""
    about = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
    if name:
        about += f'Content-Disposition: {how}; filename="{name}"\r\n'
    if cid:
        about += f"Content-ID: <{cid}>\r\n"
    return f"{about}\r\n{as_base64(content)}"


def legible_part(kind: str, content: bytes) -> str:
    """Write a part of text as it is."""
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{content.decode()}"


def several(how: str, boundary: str, parts: list[str]) -> str:
    """Put parts together, as alternatives, related or mixed."""
    joined = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f'Content-Type: multipart/{how}; boundary="{boundary}"\r\n\r\n{joined}--{boundary}--\r\n'
