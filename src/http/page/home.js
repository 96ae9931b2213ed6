// The front page: in the reader's language, with the demo shop where there is one.

document.documentElement.lang = /^zh\b/i.test(navigator.language) ? 'zh-CN' : 'en';
window.Frontdesk ??= function Frontdesk(...call) { (Frontdesk.q ??= []).push(call); };

document.getElementById('try').addEventListener('click', () => window.Frontdesk('open'));
fetch('/api/v1/page').then((response) => response.json()).then((page) => { document.getElementById('demo').hidden = !page.demo; });
