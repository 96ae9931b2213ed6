#!/usr/bin/env python3
"""Makes the binary documents of the sample help centre (knowledge/) from their sources (scripts/samples/).

For maintainers: the files it makes are committed, so nobody needs this script to run or test Frontdesk. It needs the
packages of scripts/requirements-samples.txt and, for the PDF files, the Debian packages fonts-droid-fallback and
fonts-dejavu-core (both fonts may be embedded). Sources are a small part of Markdown: headings, paragraphs, lists,
tables and, for slides, `>` lines that become speaker notes. Running it twice gives files with the same text.
"""

import datetime
import pathlib
import re
import sys

import docx
import fpdf
import openpyxl
import pptx
from openpyxl.styles import Alignment, Font
from pptx.util import Emu, Pt

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = HERE / "samples"
KNOWLEDGE = HERE.parent / "knowledge"
CHINESE_FONT = "/usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf"
LATIN_FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
LATIN_BOLD_FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"
# A fixed moment, so that a rebuilt file differs only where its text does.
MADE = datetime.datetime(2026, 3, 1, 9, 0, 0)


def blocks(text):
    """Yields ("h1" | "h2" | "p" | "note", str), ("list", [str]), ("steps", [str]) and ("table", [[str]])."""
    kind, held = None, []

    def flush():
        nonlocal kind, held
        if kind:
            yield kind, " ".join(held) if kind == "p" else held
        kind, held = None, []

    for line in [*text.splitlines(), ""]:
        line = line.strip()
        if line.startswith("|"):
            new, item = "table", [cell.strip() for cell in line.strip("|").split("|")]
        elif line.startswith("- "):
            new, item = "list", line[2:]
        elif re.match(r"\d+\. ", line):
            new, item = "steps", line.split(". ", 1)[1]
        elif line and not line.startswith(("#", ">")):
            new, item = "p", line
        else:
            new, item = None, None
        if new != kind:
            yield from flush()
        if new == "table" and all(set(cell) <= {"-", ":"} and cell for cell in item):
            continue
        if new:
            kind = new
            held.append(item)
        elif line.startswith("## "):
            yield "h2", line[3:]
        elif line.startswith("# "):
            yield "h1", line[2:]
        elif line.startswith("> "):
            yield "note", line[2:]


def make_docx(source, target):
    document = docx.Document()
    document.core_properties.created = document.core_properties.modified = MADE
    document.core_properties.author = "Larkmere"
    for kind, value in blocks(source):
        if kind in ("h1", "h2"):
            document.add_heading(value, 0 if kind == "h1" else 1)
            if kind == "h1":
                document.core_properties.title = value
        elif kind == "p":
            document.add_paragraph(value)
        elif kind in ("list", "steps"):
            for item in value:
                document.add_paragraph(item, style="List Bullet" if kind == "list" else "List Number")
        elif kind == "table":
            table = document.add_table(rows=len(value), cols=len(value[0]), style="Table Grid")
            for row, cells in zip(table.rows, value, strict=True):
                for cell, words in zip(row.cells, cells, strict=True):
                    cell.text = words
            for cell in table.rows[0].cells:
                cell.paragraphs[0].runs[0].bold = True
    document.save(target)


def make_pdf(source, target, chinese):
    page = fpdf.FPDF(format="A4")
    page.set_creation_date(MADE.replace(tzinfo=datetime.timezone.utc))
    page.set_margin(20)
    page.set_auto_page_break(True, 20)
    page.add_font("text", "", CHINESE_FONT if chinese else LATIN_FONT)
    page.add_font("text", "B", CHINESE_FONT if chinese else LATIN_BOLD_FONT)
    # The Chinese font has no Latin letters and digits.
    page.add_font("latin", "", LATIN_FONT)
    page.add_font("latin", "B", LATIN_BOLD_FONT)
    page.set_fallback_fonts(["latin"], exact_match=False)
    page.add_page()
    wrap = "CHAR" if chinese else "WORD"

    def write(words, size, height, style="", before=0.0, indent=0.0):
        page.ln(before)
        page.set_font("text", style, size)
        page.set_x(page.l_margin + indent)
        page.multi_cell(0, height, words, align="L", wrapmode=wrap, new_x="LMARGIN", new_y="NEXT")

    for kind, value in blocks(source):
        if kind == "h1":
            page.set_title(value)
            write(value, 17, 10, "B")
        elif kind == "h2":
            write(value, 14, 8, "B", before=4)
        elif kind == "p":
            write(value, 10.5, 6, before=1.5)
        elif kind in ("list", "steps"):
            for number, item in enumerate(value, 1):
                write(("• " if kind == "list" else f"{number}. ") + item, 10.5, 6, before=1, indent=4)
        elif kind == "table":
            page.ln(2)
            page.set_font("text", "", 9)
            widths = [max(len(row[column]) for row in value) for column in range(len(value[0]))]
            with page.table(line_height=6, text_align="LEFT", wrapmode=wrap, col_widths=widths) as table:
                for cells in value:
                    row = table.row()
                    for words in cells:
                        row.cell(words)
            page.ln(1)
    page.output(str(target))


def make_pptx(source, target):
    deck = pptx.Presentation()
    deck.core_properties.created = deck.core_properties.modified = MADE
    deck.core_properties.author = "Larkmere"
    slide = None
    for kind, value in blocks(source):
        if kind == "h1":
            slide = deck.slides.add_slide(deck.slide_layouts[0])
            slide.shapes.title.text = deck.core_properties.title = value
        elif kind == "h2":
            slide = deck.slides.add_slide(deck.slide_layouts[5])
            slide.shapes.title.text = value
            top = Emu(1_500_000)
        elif kind == "p":
            slide.placeholders[1].text = value
        elif kind == "note":
            slide.notes_slide.notes_text_frame.text = value
        elif kind == "list":
            box = slide.shapes.add_textbox(Emu(600_000), top, Emu(8_000_000), Emu(380_000 * len(value)))
            box.text_frame.word_wrap = True
            for number, item in enumerate(value):
                paragraph = box.text_frame.paragraphs[0] if number == 0 else box.text_frame.add_paragraph()
                paragraph.text = item
                paragraph.font.size = Pt(18)
            top += Emu(420_000 * len(value))
        elif kind == "table":
            size = Emu(600_000), top, Emu(8_000_000), Emu(380_000 * len(value))
            table = slide.shapes.add_table(len(value), len(value[0]), *size).table
            for row, cells in zip(table.rows, value, strict=True):
                for cell, words in zip(row.cells, cells, strict=True):
                    cell.text = words
            top += Emu(420_000 * len(value))
    deck.save(target)


def make_xlsx(sheets, target):
    """`sheets`: (name, rows); the first row is the header."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.created = book.properties.modified = MADE
    book.properties.creator = "Larkmere"
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for column in sheet.columns:
            widest = max(len(str(cell.value or "")) for cell in column)
            sheet.column_dimensions[column[0].column_letter].width = min(60, widest + 4)
            for cell in column:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.freeze_panes = "A2"
    book.save(target)


def read_rows(name):
    """A tab-separated source; cells that are numbers become numbers, as in a sheet that a person keeps."""

    def cell(words):
        return int(words) if words.isdigit() else float(words) if re.fullmatch(r"\d+\.\d+", words) else words

    lines = (SOURCES / name).read_text(encoding="utf-8").splitlines()
    return [[cell(words) for words in line.split("\t")] for line in lines if line]


def main():
    def source(name):
        return (SOURCES / name).read_text(encoding="utf-8")

    make_docx(source("warranty.md"), KNOWLEDGE / "warranty.docx")
    make_docx(source("保修政策.md"), KNOWLEDGE / "保修政策.docx")
    make_docx(source("large-items.md"), KNOWLEDGE / "large-items.docx")
    make_pdf(source("customs.md"), KNOWLEDGE / "customs.pdf", chinese=False)
    make_pdf(source("会员权益.md"), KNOWLEDGE / "会员权益.pdf", chinese=True)
    make_pptx(source("大件送装服务.md"), KNOWLEDGE / "大件送装服务.pptx")
    make_xlsx(
        [("大陆运费", read_rows("fees-mainland.tsv")), ("International fees", read_rows("fees-international.tsv"))],
        KNOWLEDGE / "shipping-fees.xlsx",
    )
    make_xlsx([("常见问题", read_rows("faq.tsv"))], KNOWLEDGE / "常见问题.xlsx")
    for name in ("账户安全.txt", "户外电源使用说明.txt"):
        # Saved as GBK: the encoding of many a text file in a Chinese office.
        (KNOWLEDGE / name).write_bytes(source(name).encode("gbk"))
    for path in sorted(KNOWLEDGE.iterdir()):
        print(f"{path.stat().st_size:8} {path.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
