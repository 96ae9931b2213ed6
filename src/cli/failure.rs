//! What goes wrong most often, in Chinese. Errors below speak English, for logs and for programs; here stand the sentences that a
//! person at the terminal can do something about.

use crate::app::Occupied;
use crate::desk::accounts;
use crate::knowledge::ingest::{ChangeError, UploadError};

/// Why a command ends, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{en}")]
pub(super) struct Told {
    en: String,
    zh: String,
}

/// An error that is found at the terminal itself.
pub(super) fn told(en: impl Into<String>, zh: impl Into<String>) -> anyhow::Error {
    Told { en: en.into(), zh: zh.into() }.into()
}

/// The sentence for an error, where there is one.
pub(super) fn chinese(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        if let Some(told) = cause.downcast_ref::<Told>() {
            return Some(told.zh.clone());
        }
        if let Some(Occupied { data }) = cause.downcast_ref() {
            return Some(format!(
                "另一个进程正在处理数据目录 {data} 的文档；请停止它、换一个数据目录，或不承担该工作：--roles web,speak"
            ));
        }
        if let Some(error) = cause.downcast_ref() {
            return upload(error);
        }
        match cause.downcast_ref() {
            Some(ChangeError::NoSuchDocument) => return Some("没有这份文档".to_owned()),
            Some(ChangeError::NoSuchVersion(version)) => return Some(format!("没有版本 {version}")),
            Some(ChangeError::NobodyIngests) => {
                return Some("需要先更新检索索引，但没有正在处理文档的进程".to_owned());
            }
            Some(ChangeError::Store(_)) | None => {}
        }
        match cause.downcast_ref()? {
            accounts::Error::BadEmail => Some("这不是有效的邮箱地址".to_owned()),
            accounts::Error::EmailTaken => Some("该邮箱已被其他账号使用".to_owned()),
            accounts::Error::NoSuchAgent => Some("没有这个账号".to_owned()),
            _ => None,
        }
    })
}

/// Why a file was not taken.
pub(super) fn upload(error: &UploadError) -> Option<String> {
    Some(match error {
        UploadError::BadName => "文档名称最长 1024 字节，不能含控制字符".to_owned(),
        UploadError::TooLarge { limit } => format!("文件超过 {} MiB（ingest.max_file_mib）", limit >> 20),
        UploadError::QueueFull { waiting } => format!("还有 {waiting} 个文件等待读取，请稍后再试"),
        UploadError::DiskFull => "磁盘已满".to_owned(),
        UploadError::BrokeOff(error) => format!("文件无法读取：{error}"),
        UploadError::Disk(error) => format!("文件无法保存：{error}"),
        UploadError::Store(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn the_sentence_is_found_under_what_is_said_around_it() {
        let told = Err::<(), _>(told("no file", "没有文件")).context("outer").unwrap_err();
        assert_eq!((chinese(&told), format!("{told:#}")), (Some("没有文件".to_owned()), "outer: no file".to_owned()));
        let occupied = anyhow::Error::new(Occupied { data: "here".to_owned() });
        assert!(chinese(&occupied).unwrap().contains("here"));
        let missing = anyhow::Error::new(ChangeError::NoSuchVersion(9)).context("outer");
        assert_eq!(chinese(&missing).unwrap(), "没有版本 9");
        assert!(chinese(&anyhow::Error::new(accounts::Error::BadEmail)).is_some());
        assert!(chinese(&UploadError::TooLarge { limit: 64 << 20 }.into()).unwrap().contains("64 MiB"));
        assert_eq!(chinese(&anyhow::anyhow!("something else")), None);
    }
}
