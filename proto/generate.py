"""Generates gen/easyorder from the contract, or checks that it is current: betterproto2 messages and descriptor set.

    python proto/generate.py           write gen/
    python proto/generate.py --check   exit 1 if gen/ is not what the contract says

betterproto2's modules import each other relative to one root package. The root is made `easyorder`, so that they are
imported as `easyorder.order.v1`; the google types they use become `easyorder.google.type` and so on, and the real
`google` package stays importable.
"""

import filecmp
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "gen" / "easyorder"
# Not part of the contract: what Envoy asks.
ENVOYS = "proto/envoy"


def generate(into: Path) -> None:
    """Writes the package `easyorder` to `into`."""
    raw = into.parent / "raw"
    run("buf", "generate", "--output", str(raw))
    package = raw / "gen"
    for module in (package / "easyorder").rglob("*.py"):
        # One dot for the module's own package, and one for each above it.
        to_root = "." * len(module.relative_to(package).parts)
        imported = rf"^from {re.escape(to_root)}(google|message_pool)\b"
        text = re.sub(imported, rf"from {to_root[1:]}\1", module.read_text(encoding="utf-8"), flags=re.M)
        module.write_text(text, encoding="utf-8")
    for name in ("google", "message_pool.py", "py.typed"):
        shutil.move(package / name, package / "easyorder" / name)
    shutil.move(package / "easyorder", into)
    run("buf", "build", "--exclude-path", ENVOYS, "--output", str(into / "contract.binpb"))
    run("buf", "build", "--path", ENVOYS, "--output", str(into / "rate_limit_service.binpb"))


def run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True, stderr=subprocess.PIPE)


def differences(left: Path, right: Path) -> list[str]:
    """Files that are not the same in both trees, or only in one."""
    names = {p.relative_to(tree) for tree in (left, right) for p in tree.rglob("*") if p.is_file()}
    names = {name for name in names if "__pycache__" not in name.parts}
    return sorted(str(n) for n in names if not same(left / n, right / n))


def same(left: Path, right: Path) -> bool:
    return left.exists() and right.exists() and filecmp.cmp(left, right, shallow=False)


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "easyorder"
        generate(fresh)
        if "--check" in arguments:
            changed = differences(fresh, TARGET)
            for name in changed:
                print(f"gen/easyorder/{name} is not what proto/ says; run `make gen`", file=sys.stderr)
            return 1 if changed else 0
        shutil.rmtree(TARGET, ignore_errors=True)
        shutil.copytree(fresh, TARGET)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
