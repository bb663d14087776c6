"""Generates gen/easyorder from the contract, or checks that it is current: betterproto2 messages and descriptor set.

    python proto/generate.py           write gen/, and what easyorder-client has of it
    python proto/generate.py --check   exit 1 if they are not what the contract says

betterproto2's modules import each other relative to one root package. The root is made `easyorder`, so that they are
imported as `easyorder.order.v1`; the google types they use become `easyorder.google.type` and so on, CloudEvents become
`easyorder.io.cloudevents.v1`, and the real `google` and `io` stay importable.
"""

import filecmp
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import python_client

ROOT = Path(__file__).resolve().parent.parent
CLIENT = "clients/python/easyorder_client"
GENERATED = ["gen/easyorder", f"{CLIENT}/messages", f"{CLIENT}/methods.py", f"{CLIENT}/reasons.py"]
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
        imported = rf"^from {re.escape(to_root)}(google|io|message_pool)\b"
        text = re.sub(imported, rf"from {to_root[1:]}\1", module.read_text(encoding="utf-8"), flags=re.M)
        module.write_text(text, encoding="utf-8")
    for name in ("google", "io", "message_pool.py", "py.typed"):
        shutil.move(package / name, package / "easyorder" / name)
    shutil.move(package / "easyorder", into)
    run("buf", "build", "--exclude-path", ENVOYS, "--output", str(into / "contract.binpb"))
    run("buf", "build", "--path", ENVOYS, "--output", str(into / "rate_limit_service.binpb"))


def run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True, stderr=subprocess.PIPE)


def differences(left: Path, right: Path) -> list[str]:
    """Generated files that are not the same in both folders, or only in one."""
    found = {path.relative_to(tree) for tree in (left, right) for name in GENERATED for path in files(tree / name)}
    return sorted(str(name) for name in found if not same(left / name, right / name))


def files(path: Path) -> list[Path]:
    found = path.rglob("*") if path.is_dir() else [path]
    return [file for file in found if file.is_file() and "__pycache__" not in file.parts]


def same(left: Path, right: Path) -> bool:
    return left.exists() and right.exists() and filecmp.cmp(left, right, shallow=False)


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        package, client = fresh / "gen/easyorder", fresh / CLIENT
        package.parent.mkdir()
        generate(package)
        python_client.generate(package, client)
        if "--check" in arguments:
            changed = differences(fresh, ROOT)
            for name in changed:
                print(f"{name} is not what proto/ says; run `make gen`", file=sys.stderr)
            return 1 if changed else 0
        for name in GENERATED:
            source, target = fresh / name, ROOT / name
            if source.is_dir():
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(source, target)
            else:
                shutil.copy(source, target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
