// Every word of the page, in English and Chinese.

const en = {
  tag: 'en', other: '中文', otherLong: '切换到中文',
  name: 'Help desk', badge: 'AI', badgeLong: 'You are talking to an AI assistant',
  online: 'Answers from our documents, day and night', waiting: 'Waiting for a person', withPerson: 'A person is here',
  greeting: 'Hello! What would you like to know?',
  promise: 'I answer only from our published documents and show you the passage. If they do not say it, I will tell you and get you a person.',
  try: 'You could ask', place: 'Write your question…', label: 'Your message', send: 'Send',
  hint: 'Enter sends, Shift + Enter starts a new line.', human: 'Talk to a person', humanShort: 'Person',
  humanAsked: 'A person has been asked', fresh: 'New conversation', theme: 'Light or dark',
  you: 'You', bot: 'Assistant', agent: 'Service team', typing: 'Looking it up', newest: 'Newest message',
  quote: 'Quoted from our documents', model: 'Written by AI, every sentence verified', drafting: 'Verified sentence by sentence…',
  sources: 'Sources', source: 'Source', open: 'Show source', close: 'Close', loading: 'Opening the passage…',
  gone: 'This passage has changed since. The quoted words:',
  offer: 'Yes, get me a person',
  escalated: 'A person has been asked to take over. They can read everything above.',
  claimed: 'A person has taken over this conversation.', releasedBot: 'The assistant answers again.',
  released: 'Waiting for another person.', resolved: 'This conversation is closed.', reopened: 'This conversation is open again.',
  sending: 'Sending…', waitSend: 'Not sent yet, trying again…', failed: 'Not sent', retry: 'Try again', discard: 'Discard',
  reconnecting: 'Connection lost. Reconnecting…', back: 'Connected again.', offline: 'You are offline. Messages wait until you are back.',
  startOver: 'The old conversation is not there any more. Start a new one.',
  trouble: 'That did not work. Please try again.',
};

const zh = {
  tag: 'zh-CN', other: 'EN', otherLong: 'Switch to English',
  name: '在线客服', badge: 'AI', badgeLong: '您正在与智能助手对话',
  online: '24 小时依据官方文档作答', waiting: '正在为您转接人工', withPerson: '人工客服已接入',
  greeting: '您好！请问想了解什么？',
  promise: '我只依据已发布的文档回答，并给出原文出处。文档里没有的内容，我会直接告诉您，并为您转接人工。',
  try: '您可以这样问', place: '请输入您的问题…', label: '消息内容', send: '发送',
  hint: '按 Enter 发送，Shift + Enter 换行。', human: '转人工', humanShort: '人工',
  humanAsked: '已请求人工', fresh: '新会话', theme: '浅色或深色',
  you: '您', bot: '智能助手', agent: '人工客服', typing: '正在查找', newest: '最新消息',
  quote: '引自官方文档', model: 'AI 撰写，逐句核实', drafting: '正在逐句核实…',
  sources: '出处', source: '出处', open: '查看出处', close: '收起', loading: '正在打开原文…',
  gone: '该段落已有更新，当时引用的原文：',
  offer: '好的，帮我转人工',
  escalated: '已为您转接人工客服，客服可以看到以上全部内容。',
  claimed: '人工客服已接入会话。', releasedBot: '智能助手继续为您服务。',
  released: '正在等待其他客服接入。', resolved: '会话已结束。', reopened: '会话已重新打开。',
  sending: '发送中…', waitSend: '尚未送达，正在重试…', failed: '发送失败', retry: '重试', discard: '删除',
  reconnecting: '连接中断，正在重连…', back: '已恢复连接。', offline: '当前离线，消息会在恢复后发送。',
  startOver: '原会话已不存在，请开始新会话。',
  trouble: '操作未成功，请再试一次。',
};

export const languages = { en, zh };

/** The language that the reader chose before, or that the browser prefers. */
export function preferred(stored) {
  if (stored === 'en' || stored === 'zh') return stored;
  for (const tag of navigator.languages ?? [navigator.language ?? '']) {
    if (/^zh\b/i.test(tag)) return 'zh';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'en';
}
