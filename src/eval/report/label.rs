//! The words of a report, in both languages: one table, so that every form of it says the same.

use crate::text::language::Language;

/// `(key, English, Chinese)`.
const LABELS: &[(&str, &str, &str)] = &[
    ("title", "Evaluation", "评测报告"),
    ("gate", "Gate", "发布门槛"),
    ("open", "passed", "通过"),
    ("closed", "not passed", "未通过"),
    ("incomplete", "undecided: not everything could be measured", "未定：未能全部测完"),
    ("missing", "attempts that were not made", "尚未运行的次数"),
    ("gate_skipped", "gate not applied, since not all cases were chosen", "未套用门槛（并非全部用例）"),
    ("recovered", "marked as known failures, and pass", "标为已知失败、现已通过"),
    (
        "takes_any",
        "cases that take any answer (they show coverage, not accuracy)",
        "任何回答都算对的用例（只反映覆盖率，不反映准确率）",
    ),
    ("wanted", "wanted", "要求"),
    ("got", "got", "实测"),
    ("cases", "Cases", "用例"),
    ("attempts", "attempts", "次运行"),
    ("accuracy", "as expected", "符合预期"),
    ("wrong", "wrong among the answers given", "已作答中的错误"),
    ("automation", "answered by the bot alone", "机器人独立作答"),
    ("coverage", "of what the documents answer, answered", "文档能答的问题中已作答"),
    ("handover", "Handing over to people", "转人工"),
    ("precision", "precision", "精确率"),
    ("recall", "recall", "召回率"),
    ("answered_instead", "answered although a person was needed", "本应转人工却作答"),
    ("over_escalation", "handed over although the documents answer", "文档能答却转人工"),
    ("confidence", "Confidence", "置信度"),
    ("metric", "metric", "指标"),
    ("value", "value", "数值"),
    ("interval", "95 % interval", "95% 区间"),
    ("confusion", "Expected (rows) and done (columns)", "预期（行）与实际（列）"),
    ("answer", "answer", "作答"),
    ("offer", "offer a person", "提议人工"),
    ("escalate", "hand over", "转人工"),
    ("reply", "fixed reply", "固定回复"),
    ("latency", "Latency", "延迟"),
    ("tokens", "Tokens (prompt, completion)", "词元（输入、输出）"),
    ("cost", "Cost", "费用"),
    ("judge", "Model judge against the labels", "模型评审与人工标注的一致性"),
    ("agreement", "agreement", "一致率"),
    ("judges", "judge", "评审"),
    ("abstained", "answers without a verdict", "未作判定的回答"),
    ("by_tag", "By tag", "按标签"),
    ("by_language", "By language", "按语言"),
    ("flaky", "Flaky: pass in some attempts only", "不稳定：只在部分运行中通过"),
    ("broken", "Could not be run (counted nowhere else)", "未能运行（不计入其他指标）"),
    ("worst", "Failed cases, worst first", "未通过的用例（最严重的在前）"),
    ("shown", "shown of", "条已列出，共"),
    ("expected", "expected", "预期"),
    ("customer", "customer", "客户"),
    ("bot", "bot", "机器人"),
    ("evidence", "evidence", "依据"),
    ("considered", "looked at", "检索到"),
    ("zero_tolerance", "zero tolerance", "零容忍"),
    ("min_accuracy", "as expected, % at least", "符合预期，% 不低于"),
    ("max_wrong", "wrong among answers, % at most", "作答错误，% 不高于"),
    ("min_coverage", "answered of what can be, % at least", "可答问题作答率，% 不低于"),
    ("max_p95_ms", "p95 latency, ms at most", "p95 延迟，毫秒不高于"),
    ("max_new_failures", "failed cases that are not known failures, at most", "已知失败之外的未通过用例，不多于"),
    ("curve", "Coverage against accuracy, up to the gate of this run", "覆盖率与准确率（画到本次运行的作答门槛为止）"),
    ("coverage_axis", "share of all cases that is answered", "作答占全部用例的比例"),
    ("accuracy_axis", "share of the answers that is right", "回答中正确的比例"),
    ("of_answers", "answers given", "已作答"),
    ("reliability", "Reliability: confidence and what comes of it", "可靠性：置信度与实际正确率"),
    ("histogram", "Confidence of cases", "用例的置信度分布"),
    ("answerable", "documents answer", "文档能答"),
    ("unanswerable", "documents do not", "文档不能答"),
    ("suites", "Suites", "评测集"),
    ("knowledge", "Documents", "文档"),
    ("model", "Model", "模型"),
    ("none", "none (quotes)", "无（引用原文）"),
    ("words", "words alone", "仅按词检索"),
    ("embedder", "Search by meaning", "语义检索"),
    ("versions", "Program, calibration, policy, prompts", "程序、校准、规则、提示词"),
    ("failure", "why", "原因"),
];

/// A label; an unknown key is its own label.
#[must_use]
pub fn label(key: &str, language: Language) -> &str {
    let Some((_, en, zh)) = LABELS.iter().find(|(known, ..)| *known == key) else { return key };
    if language == Language::Zh { zh } else { en }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::text::language::is_han;

    #[test]
    fn every_label_stands_once_and_in_both_languages() {
        let keys: BTreeSet<&str> = LABELS.iter().map(|label| label.0).collect();
        assert_eq!(keys.len(), LABELS.len());
        for (key, en, zh) in LABELS {
            assert!(!en.is_empty() && zh.chars().any(is_han), "{key}");
        }
        assert_eq!((label("gate", Language::Zh), label("fact_recall", Language::Zh)), ("发布门槛", "fact_recall"));
    }
}
