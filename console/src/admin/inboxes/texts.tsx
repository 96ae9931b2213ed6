// What a chat says by itself, in both languages.
import type { Wording } from '../../api/admin-wire';
import type { Language } from '../../api/wire';
import { TextArea, TextField } from '../../kit/fields';
import { useAdminWords } from '../../words/admin';
import { LinesField } from '../lines';
import type { Draft } from './edit';

export function Texts({ settings, put, wrong }: Draft) {
  const a = useAdminWords();
  const both = (field: 'title' | 'greeting', language: Language, text: string) => {
    const wording: Wording = { ...settings[field], [language]: text };
    put({ [field]: wording });
  };
  return (
    <div className="admin-form wide">
      <p className="muted small">{a.inboxes.both}</p>
      <div className="two">
        {(['en', 'zh'] as const).map((language) => (
          <section key={language} className="stack" lang={language === 'zh' ? 'zh-CN' : 'en'} aria-label={a.languages[language]}>
            <h2>{language === 'en' ? a.english : a.chinese}</h2>
            <TextField label={a.inboxes.title} value={settings.title[language]} maxLength={60} onChange={(event) => both('title', language, event.target.value)} error={wrong.get('title')} />
            <TextArea label={a.inboxes.greeting} rows={3} value={settings.greeting[language]} maxLength={500} onChange={(event) => both('greeting', language, event.target.value)} error={wrong.get('greeting')} />
            <LinesField label={a.inboxes.suggestions} hint={a.inboxes.suggestionsHint} rows={6} value={settings.suggestions[language]} onChange={(lines) => put({ suggestions: { ...settings.suggestions, [language]: lines } })} error={wrong.get(`suggestions.${language}`)} />
          </section>
        ))}
      </div>
    </div>
  );
}
