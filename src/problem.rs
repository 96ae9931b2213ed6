//! From failures to what the outside hears: Problem Details (RFC 9457), one table, in English and Chinese.
//!
//! The texts say what to do next. What went wrong inside is logged once, here, and never sent.

use std::fmt::Display;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::text::language::Language;

macro_rules! problems {
    ($($code:ident $name:literal $status:ident $en_title:literal $zh_title:literal $en:literal $zh:literal;)+) => {
        /// What can go wrong at the edge.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($code),+ }

        /// Every problem, in the order of the table.
        pub const ALL: &[Code] = &[$(Code::$code),+];

        impl Code {
            /// Its row of the table.
            #[must_use]
            pub fn row(self) -> Row {
                match self {
                    $(Self::$code => Row {
                        name: $name,
                        status: StatusCode::$status,
                        title: [$en_title, $zh_title],
                        detail: [$en, $zh],
                    },)+
                }
            }
        }
    };
}

/// A row of the table: texts stand in English, then in Chinese.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Stable `snake_case` name, for programs.
    pub name: &'static str,
    pub status: StatusCode,
    pub title: [&'static str; 2],
    pub detail: [&'static str; 2],
}

problems! {
    BadRequest "bad_request" BAD_REQUEST "The request cannot be read" "无法读取请求"
        "Compare the request with the reference at /api/docs." "请对照 /api/docs 的接口说明检查请求。";
    EmptyMessage "empty_message" UNPROCESSABLE_ENTITY "The message is empty" "消息为空"
        "Write something before you send it." "请输入内容后再发送。";
    MessageTooLong "message_too_long" UNPROCESSABLE_ENTITY "The message is too long" "消息过长"
        "Shorten it, or send it in several messages." "请缩短内容，或分成几条消息发送。";
    BadClientId "bad_client_id" UNPROCESSABLE_ENTITY "The client id cannot be used" "client_id 无效"
        "Send 1 to 64 visible ASCII characters, a new value for each message, for example a UUID."
        "请使用 1 到 64 个可见 ASCII 字符，每条消息使用新的值，例如 UUID。";
    Invalid "invalid" UNPROCESSABLE_ENTITY "Some of it cannot be kept" "部分内容无法保存"
        "Correct what `errors` names, then send it again." "请按 `errors` 的提示修改后重新提交。";
    PolicyRefused "policy_refused" UNPROCESSABLE_ENTITY "The rules cannot be used" "规则无法使用"
        "Correct what `errors` names; the rules of before are still followed." "请按 `errors` 的提示修改；目前仍使用原来的规则。";
    NoModel "no_model" UNPROCESSABLE_ENTITY "No language model is set up" "未配置语言模型"
        "An administrator can choose one in the console under Model." "管理员可以在控制台的“模型”页面中配置。";
    ModelFailed "model_failed" SERVICE_UNAVAILABLE "The language model did not help" "语言模型未能完成"
        "Try again in a moment, or write it yourself." "请稍后再试，或自行撰写。";
    Unauthorized "unauthorized" UNAUTHORIZED "The token is missing or wrong" "令牌缺失或无效"
        "Send the token in the header: Authorization: Bearer TOKEN." "请在请求头中发送令牌：Authorization: Bearer TOKEN。";
    SignedOut "signed_out" UNAUTHORIZED "You are not signed in" "您尚未登录"
        "Sign in and try again; a session ends when it is not used." "请登录后再试；长时间未使用会自动退出登录。";
    WrongCredentials "wrong_credentials" UNAUTHORIZED "Address or password are wrong" "邮箱或密码不正确"
        "Check both; an administrator can set a new password." "请检查后重试；管理员可以重置密码。";
    Csrf "csrf" FORBIDDEN "The request does not come from the console" "请求不是由控制台发出的"
        "Reload the page; programs send the header X-CSRF-Token with the value csrf of /api/v1/desk/me."
        "请刷新页面；程序调用需在请求头 X-CSRF-Token 中带上 /api/v1/desk/me 返回的 csrf。";
    Forbidden "forbidden" FORBIDDEN "Your role does not allow this" "您的角色没有此权限"
        "Ask an administrator to do it, or for another role." "请联系管理员代为操作，或申请相应角色。";
    WeakPassword "weak_password" UNPROCESSABLE_ENTITY "The password cannot be used" "密码不符合要求"
        "Use 10 characters or more, and not your e-mail address." "密码至少 10 个字符，且不能与邮箱相同。";
    Unacceptable "unacceptable" UNPROCESSABLE_ENTITY "A value cannot be used" "有内容不符合要求"
        "Compare the request with the reference at /api/docs." "请对照 /api/docs 的接口说明检查请求。";
    Conflict "conflict" CONFLICT "Somebody else was faster" "其他人已先行操作"
        "Look at the conversation again, then decide." "请查看会话的最新状态后再决定。";
    Taken "taken" CONFLICT "A colleague has this conversation" "该会话由其他同事负责"
        "Ask them to transfer it, or write a private note." "请对方转接给您，或添加内部备注。";
    MovedOn "moved_on" CONFLICT "The customer wrote in the meantime" "客户刚刚发来了新消息"
        "Read the new message, then send again." "请先阅读新消息再发送。";
    NotFound "not_found" NOT_FOUND "There is nothing here" "没有找到内容"
        "Check the address; what you look for may have been deleted." "请检查地址；您要找的内容可能已被删除。";
    MethodNotAllowed "method_not_allowed" METHOD_NOT_ALLOWED "The method is not allowed here" "不支持该请求方法"
        "See /api/docs for what this address understands." "请在 /api/docs 查看该地址支持的方法。";
    TooLarge "too_large" PAYLOAD_TOO_LARGE "The request is too large" "请求过大"
        "Send less at once; the limits stand in /api/docs." "请减少一次发送的内容；限制见 /api/docs。";
    UnsupportedMediaType "unsupported_media_type" UNSUPPORTED_MEDIA_TYPE "The content type is not understood" "不支持该内容类型"
        "Send application/json, or multipart/form-data to upload files." "请发送 application/json；上传文件请使用 multipart/form-data。";
    UploadRefused "upload_refused" UNPROCESSABLE_ENTITY "The file cannot be taken" "无法接收该文件"
        "Check the name, the kind and the size of the file." "请检查文件名、类型和大小。";
    TooManyRequests "too_many_requests" TOO_MANY_REQUESTS "Too many requests" "请求过于频繁"
        "Wait for the time in Retry-After, then try again." "请等待 Retry-After 指定的时间后再试。";
    TooManyStreams "too_many_streams" SERVICE_UNAVAILABLE "Too many open connections" "连接数过多"
        "Close other tabs of this conversation, or try again shortly." "请关闭该会话的其他页面，或稍后再试。";
    Busy "busy" SERVICE_UNAVAILABLE "The server is busy" "服务器繁忙"
        "Nothing was lost. Try again in a few seconds." "内容没有丢失，请几秒后再试。";
    WrongWebsite "wrong_website" FORBIDDEN "This inbox is not for this website" "该渠道不适用于此网站"
        "Add the website to the inbox in the console." "请在工作台的渠道设置中添加该网站。";
    NotOver "not_over" CONFLICT "The conversation is not over" "会话尚未结束"
        "Rate it after it was resolved." "会话结束后才能评价。";
    NotServedHere "not_served_here" SERVICE_UNAVAILABLE "This node does not do that" "该节点不提供此功能"
        "Another process of this house has the role; ask the operator." "该功能由其他进程提供，请联系管理员。";
    Internal "internal" INTERNAL_SERVER_ERROR "Something went wrong on our side" "服务器出现问题"
        "Try again; if it stays, tell the operator the time of this request." "请再试一次；如仍有问题，请将请求时间告知管理员。";
}

/// A failure that the outside hears about.
#[derive(Clone, Debug)]
pub struct Problem {
    pub code: Code,
    /// Replaces the table's text where more can be said; English, Chinese.
    detail: Option<[String; 2]>,
    /// What is wrong in which part of the request.
    errors: Vec<Wrong>,
    retry_after_s: Option<u64>,
}

/// What is wrong in one part of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Where, such as `settings.hours.zone`.
    pub at: String,
    pub en: String,
    pub zh: String,
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self { code, detail: None, errors: Vec::new(), retry_after_s: None }
    }
}

impl Problem {
    /// A problem with a more exact text than the table has.
    #[must_use]
    pub fn saying(code: Code, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { detail: Some([en.into(), zh.into()]), ..code.into() }
    }

    /// A request of which some parts cannot be accepted.
    #[must_use]
    pub fn invalid(errors: Vec<Wrong>) -> Self {
        Self::from(Code::Invalid).naming(errors)
    }

    /// The same problem, with what is wrong where.
    #[must_use]
    pub fn naming(self, errors: Vec<Wrong>) -> Self {
        Self { errors, ..self }
    }

    /// Logs what happened inside and tells the outside only that something did.
    #[must_use]
    pub fn internal(error: impl Display) -> Self {
        tracing::error!(error = %error, "a request failed inside");
        Code::Internal.into()
    }

    /// Too many requests; worth another try after so many milliseconds (rounded up to seconds).
    #[must_use]
    pub fn too_many(wait_ms: u64) -> Self {
        Self { retry_after_s: Some(wait_ms.div_ceil(1000).max(1)), ..Code::TooManyRequests.into() }
    }

    /// The same problem, with a time in seconds after which another try is worth it.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    /// What the outside is told, in one language.
    #[must_use]
    pub fn document(&self, language: Language) -> Document {
        let row = self.code.row();
        let side = usize::from(language == Language::Zh);
        Document {
            r#type: format!("/api/docs#{}", row.name),
            title: row.title[side],
            status: row.status.as_u16(),
            detail: self.detail.as_ref().map_or(row.detail[side], |texts| texts[side].as_str()).to_owned(),
            code: row.name,
            errors: self.errors.iter().map(|wrong| wrong.told(language)).collect(),
        }
    }

    /// The response in one language.
    #[must_use]
    pub fn respond(&self, language: Language) -> Response {
        let mut response = (self.code.row().status, Json(self.document(language))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code == Code::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.respond(Language::En);
        // The outermost layer knows the reader's language and writes the texts again.
        response.extensions_mut().insert(self);
        response
    }
}

/// The document that goes out (RFC 9457), with our stable `code` beside the standard members.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct Document {
    /// Where the problem is explained.
    r#type: String,
    title: &'static str,
    status: u16,
    /// What to do next, in the language of `Accept-Language`.
    detail: String,
    /// Stable name, for programs.
    code: &'static str,
    /// What is wrong in which part of the request, where that is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Told>,
}

/// What is wrong, in the reader's language.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Wrong)]
struct Told {
    at: String,
    detail: String,
}

impl Wrong {
    fn told(&self, language: Language) -> Told {
        let detail = if language == Language::Zh { &self.zh } else { &self.en };
        Told { at: self.at.clone(), detail: detail.clone() }
    }
}

/// A JSON body; one that cannot be read is a [`Problem`].
#[derive(Clone, Copy, Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(unread(&rejection)),
        }
    }
}

fn unread(rejection: &JsonRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Code::TooLarge.into();
    }
    match rejection {
        JsonRejection::MissingJsonContentType(_) => Code::UnsupportedMediaType.into(),
        // Serde names the field and the place, and nothing of ours.
        JsonRejection::JsonDataError(error) => {
            let text = error.body_text();
            Problem::saying(Code::BadRequest, text.clone(), format!("请求内容有误：{text}"))
        }
        _ => Code::BadRequest.into(),
    }
}

/// The language that a reader prefers, from `Accept-Language`; English when there is no Chinese before it.
#[must_use]
pub fn preferred(accept_language: Option<&str>) -> Language {
    let mut best = (Language::En, 0.0_f32);
    for part in accept_language.unwrap_or_default().split(',') {
        let mut fields = part.split(';');
        let tag = fields.next().unwrap_or_default().trim().to_ascii_lowercase();
        let weight =
            fields.find_map(|field| field.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok())).unwrap_or(1.0);
        let language = match tag.split('-').next() {
            Some("zh") => Language::Zh,
            Some("en" | "*") => Language::En,
            _ => continue,
        };
        if weight > best.1 {
            best = (language, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_has_no_two_rows_of_one_name_and_no_empty_text() {
        let mut names = HashSet::new();
        for code in ALL {
            let row = code.row();
            assert!(names.insert(row.name), "{} stands twice", row.name);
            assert!(row.title.iter().chain(&row.detail).all(|text| !text.is_empty()), "{}", row.name);
            assert!(row.status.is_client_error() || row.status.is_server_error(), "{}", row.name);
        }
    }

    #[test]
    fn the_reader_chooses_the_language() {
        for (header, language) in [
            (None, Language::En),
            (Some("zh-CN,zh;q=0.9,en;q=0.8"), Language::Zh),
            (Some("en-GB,en;q=0.9,zh;q=0.8"), Language::En),
            (Some("fr, zh;q=0.4, en;q=0.3"), Language::Zh),
            (Some("de"), Language::En),
            (Some(";;q=x"), Language::En),
        ] {
            assert_eq!(preferred(header), language, "{header:?}");
        }
    }

    #[test]
    fn a_problem_speaks_problem_json() {
        let response = Problem::too_many(1200).respond(Language::Zh);
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
        assert_eq!(response.headers()[header::CONTENT_LANGUAGE], "zh-CN");
    }
}
