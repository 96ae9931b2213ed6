//! Mails: the subject is the title, the words are the text. Scripts never run into it, attachments stay outside.

use mail_parser::MessageParser;

use super::page::Page;
use super::{hypertext, prose};
use crate::knowledge::document::{Extracted, Refusal};

/// # Errors
/// [`Refusal::Broken`] when it is no mail, [`Refusal::Empty`] when it says nothing.
pub fn read(bytes: &[u8]) -> Result<Extracted, Refusal> {
    let message = MessageParser::default().parse(bytes).ok_or_else(|| Refusal::Broken("it is no e-mail".to_owned()))?;
    let mut page = Page::default();
    if let Some(subject) = message.subject() {
        page.title = Some(subject.to_owned());
        page.heading(1, subject);
    }
    let headed = page.is_empty();
    for part in message.html_bodies() {
        match &part.body {
            mail_parser::PartType::Html(html) => hypertext::write_html(&mut page, html),
            mail_parser::PartType::Text(text) => prose::write(&mut page, text),
            _ => {}
        }
    }
    if headed == page.is_empty() && message.html_body_count() == 0 {
        for part in message.text_bodies() {
            if let mail_parser::PartType::Text(text) = &part.body {
                prose::write(&mut page, text);
            }
        }
    }
    if message.attachment_count() > 0 {
        page.warn(
            "attachment_ignored",
            format!("{} attachments were not read; upload them by themselves", message.attachment_count()),
        );
    }
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_read_in_any_encoding() {
        let mut bytes = b"From: a@shop.example\r\nSubject: =?gb2312?B?zcu79dX+st8=?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=gbk\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".to_vec();
        bytes.extend_from_slice(&encoding_rs::GBK.encode("七天之内可以退货。\r\n").0);
        let extracted = read(&bytes).unwrap();
        assert_eq!(
            (extracted.title.as_deref(), extracted.text.as_str()),
            (Some("退货政策"), "# 退货政策\n\n七天之内可以退货。")
        );
    }

    #[test]
    fn html_is_preferred_and_its_scripts_are_not() {
        let mail = "Subject: Hi\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nplain\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>rich</p><script>evil()</script>\r\n--x--\r\n";
        assert_eq!(read(mail.as_bytes()).unwrap().text, "# Hi\n\nrich");
    }
}
