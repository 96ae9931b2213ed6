// The shop's own buttons: they talk to the widget as any page would, also before it has arrived.

window.Frontdesk ??= function Frontdesk(...call) { (Frontdesk.q ??= []).push(call); };

for (const button of document.querySelectorAll('[data-open]')) button.addEventListener('click', () => window.Frontdesk('open'));
for (const button of document.querySelectorAll('[data-ask]')) button.addEventListener('click', () => window.Frontdesk('send', button.textContent));
