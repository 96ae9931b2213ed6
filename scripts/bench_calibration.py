"""Makes documents and labelled cases of public sets, for the calibration section of docs/benchmarks.md.

    python3 scripts/bench_calibration.py DATA en OUT

DATA holds the folders `unanswerable_en` (questions about an encyclopedia, some of whose passages were taken out), `retrieval_en`
(its passages) and `intents_en` (requests that have nothing to do with it), or the same with `zh`. Four fifths of the questions have an
answer in the documents; of the rest, half are about what was taken out, half about something else altogether.
"""

import collections
import hashlib
import json
import pathlib
import sys


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def shuffled(items, key):
    return sorted(items, key=lambda item: hashlib.sha256(item[key].encode()).digest())


def case(identity, language, question, expect, tag):
    return {"id": identity, "language": language, "turns": [question], "expect": expect, "tags": [tag]}


def main(data, language, out):
    data, out = pathlib.Path(data), pathlib.Path(out)
    source = {"en": "squad", "zh": "cmrc"}[language]
    asked = data / f"unanswerable_{language}"
    removed = {line["id"] for line in lines(asked / "absent_removed_passages.jsonl")}
    pages = collections.defaultdict(list)
    for passage in lines(data / f"retrieval_{language}" / "corpus.jsonl"):
        if passage["source"] == source and passage["id"] not in removed:
            pages[passage["title"]].append(passage["text"])
    (out / "knowledge").mkdir(parents=True, exist_ok=True)
    for number, (title, texts) in enumerate(sorted(pages.items())):
        text = f"# {title}\n\n" + "\n\n".join(texts) + "\n"
        (out / "knowledge" / f"page-{number:04}.md").write_text(text, encoding="utf-8")

    questions = shuffled(lines(asked / "absent.jsonl"), "id")
    present = [line for line in questions if line["answerable"]]
    absent = [line for line in questions if not line["answerable"]]
    if language == "en":
        other = [line for line in lines(data / "intents_en" / "clinc150_val.jsonl") if line["intent"] != "oos"]
    else:
        other = [line for name in ("support", "smalltalk") for line in lines(data / "intents_zh" / f"dialogflow_{name}.jsonl")]
    few = len(present) // 8
    nothing = {"decision": "offer", "accept": ["escalate", "reply"]}
    cases = [
        case(line["id"], language, line["question"], {"decision": "answer", "facts": [{"any": line["answers"]}]}, "present")
        for line in present
    ]
    cases += [case(line["id"], language, line["question"], nothing, line["kind"]) for line in absent[:few]]
    cases += [case(line["id"], language, line["text"], nothing, "off-topic") for line in shuffled(other, "id")[:few]]
    with open(out / "cases.jsonl", "w", encoding="utf-8") as file:
        for line in cases:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    print(f"{len(pages)} pages, {len(cases)} cases")


if __name__ == "__main__":
    main(*sys.argv[1:])
