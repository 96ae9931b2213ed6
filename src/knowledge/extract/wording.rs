//! The sentences that refusals carry, in Chinese. English stands where the refusal is made.

/// Number signs stand for the numbers of a case, in order. What a parser said, in brackets at the end, is left out.
const SENTENCES: &[(&str, &str)] = &[
    ("it is a picture; run text recognition on it and upload the text", "这是图片，请先进行文字识别，再上传文字"),
    ("it is an archive; unpack it and upload the documents inside", "这是压缩包，请解压后上传其中的文档"),
    ("it is audio or video; upload a transcript instead", "这是音频或视频，请上传文字稿"),
    ("it is a program, not a document", "这是程序，不是文档"),
    ("it is a database; export its tables as CSV", "这是数据库，请将其中的表导出为 CSV"),
    ("it is an old PowerPoint file; save it as .pptx or PDF", "这是旧版 PowerPoint 文件，请另存为 .pptx 或 PDF"),
    ("it is an Outlook message; save it as .eml or text", "这是 Outlook 邮件，请另存为 .eml 或纯文本"),
    (
        "it is an old office file of an unknown kind; save it as .docx or PDF",
        "这是无法识别的旧版办公文件，请另存为 .docx 或 PDF",
    ),
    ("it holds no text; upload a document, a table or a web page", "其中没有文字，请上传文档、表格或网页"),
    (
        "it was written by a Word older than 97; save it as .docx or PDF",
        "由 Word 97 之前的版本创建，请另存为 .docx 或 PDF",
    ),
    ("it has no list of chapters", "缺少章节目录"),
    ("it has no slides", "其中没有幻灯片"),
    ("it is no e-mail", "不是电子邮件"),
    ("its container cannot be read", "文件容器无法读取"),
    ("its archive cannot be read", "文件内的压缩数据无法读取"),
    ("its content is missing", "缺少内容部分"),
    ("its main part is missing", "缺少正文部分"),
    ("its main part cannot be read", "正文部分无法读取"),
    ("its text is missing", "缺少文字部分"),
    ("its head is missing", "缺少文件头"),
    ("its table of pieces is missing", "缺少文字索引"),
    ("its table of pieces cannot be read", "文字索引无法读取"),
    ("its structure is inconsistent", "内部结构前后矛盾"),
    ("its content is inconsistent and cannot be read", "内容前后矛盾，无法读取"),
    ("its parts are nested too deeply", "内部嵌套层次过深"),
    ("the workbook cannot be read", "工作簿无法读取"),
    ("the stored file cannot be opened", "已存储的文件无法打开"),
    ("the reading process could not be started", "读取进程无法启动"),
    ("the reading process did not understand its task", "读取进程无法理解任务"),
    ("the reading process could not be limited", "无法为读取进程设置资源限制"),
    ("the reading process was ended from outside", "读取进程被外部终止"),
    ("the reading process gave no answer", "读取进程没有给出结果"),
    ("it contains more than # files", "其中的文件超过 # 个"),
    ("it has # MB, and # MB is the most; split it", "文件大小为 # MB，上限为 # MB，请拆分"),
    ("it holds more text than one document may have; split it", "文字超过单个文档的上限，请拆分"),
    (
        "it is compressed far more than a real document; unpack it and upload its parts",
        "压缩比远超正常文档，请解压后上传其中的内容",
    ),
];

/// A refusal's detail in Chinese, or `None` for words of a parser.
#[must_use]
pub fn chinese(detail: &str) -> Option<String> {
    let plain = detail.split(" (").next().unwrap_or(detail);
    let (mut shape, mut numbers) = (String::new(), Vec::new());
    for c in plain.chars() {
        match (c.is_ascii_digit(), shape.ends_with('#')) {
            (true, true) => numbers.last_mut().into_iter().for_each(|number: &mut String| number.push(c)),
            (true, false) => {
                shape.push('#');
                numbers.push(c.to_string());
            }
            (false, _) => shape.push(c),
        }
    }
    let known =
        |sentence: &str| SENTENCES.iter().find(|(english, _)| *english == sentence).map(|(_, chinese)| *chinese);
    // Some sentences have numbers of their own: Word 97.
    if let Some(chinese) = known(plain) {
        return Some(chinese.to_owned());
    }
    Some(numbers.iter().fold(known(&shape)?.to_owned(), |text, number| text.replacen('#', number, 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::document::Refusal;

    #[test]
    fn details_are_said_in_chinese() {
        for (detail, expected) in [
            ("it has no slides", "其中没有幻灯片"),
            ("it has 70 MB, and 64 MB is the most; split it", "文件大小为 70 MB，上限为 64 MB，请拆分"),
            ("its archive cannot be read (invalid Zip archive: EOCD)", "文件内的压缩数据无法读取"),
            (
                "it was written by a Word older than 97; save it as .docx or PDF",
                "由 Word 97 之前的版本创建，请另存为 .docx 或 PDF",
            ),
        ] {
            assert_eq!(chinese(detail).as_deref(), Some(expected));
        }
        assert_eq!(chinese("startxref not found"), None);
    }

    #[test]
    fn what_real_files_are_refused_for_is_known() {
        for (name, bytes) in [
            ("a", &b"\x89PNG\r\n"[..]),
            ("a", b"\x1F\x8B\x08"),
            ("a", b"RIFF....WAVE"),
            ("a", b"\x7FELF\x02"),
            ("a", &[1, 2, 3, 4, 5, 0, 0, 7, 8]),
            ("a", b"PK\x03\x04 nothing"),
            ("a", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0]),
            ("a.zip", &crate::knowledge::extract::samples::zip(&[("x.txt", b"x")])),
        ] {
            let refused = crate::knowledge::extract::read(name, bytes).unwrap_err();
            let (Refusal::Broken(detail) | Refusal::Unsupported(detail) | Refusal::TooLarge(detail)) = refused else {
                panic!("{refused}");
            };
            assert!(chinese(&detail).is_some(), "{detail}");
        }
    }
}
