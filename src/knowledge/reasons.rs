//! Why a document gave nothing, for people, in both languages. Rows keep the code and what is special in this case.

use crate::knowledge::document::Refusal;
use crate::knowledge::extract::wording;
use crate::text::language::Language;

/// The stable code of a refusal, and what is special in this case.
#[must_use]
pub fn code_of(refusal: &Refusal) -> (&'static str, Option<&str>) {
    match refusal {
        Refusal::Encrypted => ("encrypted", None),
        Refusal::Empty => ("empty", None),
        Refusal::Broken(detail) => ("broken", Some(detail)),
        Refusal::Unsupported(detail) => ("unsupported", Some(detail)),
        Refusal::TooLarge(detail) => ("too_large", Some(detail)),
        Refusal::TimedOut => ("timed_out", None),
        Refusal::OutOfMemory => ("out_of_memory", None),
        Refusal::ReaderFailed(detail) => ("reader_failed", Some(detail)),
    }
}

/// Code, English, Chinese. What is special in a case follows in brackets.
const SENTENCES: [(&str, &str, &str); 9] = [
    (
        "encrypted",
        "The file is protected by a password. Remove the password and upload it again.",
        "文件设有密码保护。请去除密码后重新上传。",
    ),
    (
        "empty",
        "The file has no text. If it is a scan, run text recognition on it first.",
        "文件中没有文字。如果是扫描件，请先进行文字识别。",
    ),
    (
        "broken",
        "The file is damaged. Open it in the program it came from, save it again and upload the new copy.",
        "文件已损坏。请用原来的程序打开并重新保存，再上传新的副本。",
    ),
    (
        "unsupported",
        "Files of this kind cannot be read. Save it as PDF, DOCX, XLSX, PPTX, HTML, Markdown, CSV or text.",
        "无法读取此类文件。请另存为 PDF、DOCX、XLSX、PPTX、HTML、Markdown、CSV 或纯文本。",
    ),
    ("too_large", "The file is too large. Split it into smaller ones.", "文件过大。请拆分成较小的文件。"),
    (
        "timed_out",
        "Reading the file took too long. Split it, or save it in a simpler format.",
        "读取文件耗时过长。请拆分文件，或另存为更简单的格式。",
    ),
    (
        "out_of_memory",
        "Reading the file needs too much memory. Split it into smaller ones.",
        "读取文件所需内存过多。请拆分成较小的文件。",
    ),
    (
        "reader_failed",
        "The file could not be read because this program failed, not because of the file. Restart it, then try again; its log says more.",
        "未能读取该文件，原因在于程序自身，与文件无关。请重启程序后重试，详情见日志。",
    ),
    ("missing", "The file is no longer in the data folder. Upload it again.", "数据目录中已找不到该文件。请重新上传。"),
];

/// What people are told about a document that failed.
#[must_use]
pub fn sentence(code: &str, detail: Option<&str>, language: Language) -> String {
    let known = SENTENCES.iter().find(|(known, _, _)| *known == code);
    let text = match (known, language) {
        (Some((_, english, _)), Language::En) => english,
        (Some((_, _, chinese)), Language::Zh) => chinese,
        (None, Language::En) => "The file could not be read.",
        (None, Language::Zh) => "无法读取该文件。",
    };
    match (detail.filter(|detail| !detail.is_empty()), language) {
        (Some(detail), Language::En) => format!("{text} ({detail})"),
        (Some(detail), Language::Zh) => {
            let chinese = wording::chinese(detail);
            format!("{text}（{}）", chinese.as_deref().unwrap_or(detail))
        }
        (None, _) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_a_sentence_in_both_languages() {
        let detail = || "page 3".to_owned();
        for refusal in [
            Refusal::Encrypted,
            Refusal::Empty,
            Refusal::Broken(detail()),
            Refusal::Unsupported(detail()),
            Refusal::TooLarge(detail()),
            Refusal::TimedOut,
            Refusal::OutOfMemory,
            Refusal::ReaderFailed(detail()),
        ] {
            let (code, detail) = code_of(&refusal);
            assert!(SENTENCES.iter().any(|(known, _, _)| *known == code), "{code}");
            assert!(sentence(code, detail, Language::En).is_ascii());
            assert!(sentence(code, detail, Language::Zh).contains('。'));
            assert_eq!(detail.is_some(), sentence(code, detail, Language::Zh).contains("（page 3）"));
        }
        assert_eq!(sentence("from_the_future", None, Language::En), "The file could not be read.");
    }
}
