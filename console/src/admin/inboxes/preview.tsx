// The chat as visitors see it, painted with the widget's own colours, in its own words. A picture: nothing in it can be used.
import { ArrowUp, Ellipsis, MessageCircle, Paperclip, Sparkle, UserRound, X } from 'lucide-react';
import { useState, type CSSProperties } from 'react';
import { palette } from '../../../../widget/src/look/colour';
import { words as spokenEn } from '../../../../widget/src/words/en';
import { words as spokenZh } from '../../../../widget/src/words/zh';
import type { InboxSettings } from '../../api/admin-wire';
import type { Language } from '../../api/wire';
import { useLanguage } from '../../words';
import { useAdminWords } from '../../words/admin';
import { en } from '../../words/admin.en';
import { zh } from '../../words/admin.zh';
import { Segmented } from '../inputs';

type Theme = 'light' | 'dark';

export function Preview({ settings, form }: { settings: InboxSettings; form: boolean }) {
  const a = useAdminWords();
  const own = useLanguage();
  const [language, setLanguage] = useState<Language>(own);
  const [theme, setTheme] = useState<Theme>('light');
  return (
    <aside className="preview" aria-label={a.inboxes.preview}>
      <div className="row wrap preview-head">
        <Segmented
          label={a.inboxes.spoken}
          hideLabel
          value={language}
          onChange={setLanguage}
          options={[
            { value: 'en', label: 'English' },
            { value: 'zh', label: '中文' },
          ]}
        />
        <Segmented
          label={a.inboxes.theme}
          hideLabel
          value={theme}
          onChange={setTheme}
          options={[
            { value: 'light', label: a.inboxes.light },
            { value: 'dark', label: a.inboxes.dark },
          ]}
        />
      </div>
      <Picture settings={settings} language={language} theme={theme} form={form} />
    </aside>
  );
}

function Picture({ settings, language, theme, form }: { settings: InboxSettings; language: Language; theme: Theme; form: boolean }) {
  const a = useAdminWords();
  const says = (language === 'zh' ? zh : en).inboxes;
  const own = language === 'zh' ? spokenZh : spokenEn;
  const suggestions = settings.suggestions[language].slice(0, 6);
  const paint = palette(settings.colour, theme);
  const colours = { '--brand': paint.brand, '--brand-ink': paint.brandInk, '--brand-text': paint.brandText, '--brand-soft': paint.brandSoft } as CSSProperties;
  const fields = settings.prechat.enabled ? settings.prechat.fields : [];
  const asks = form && fields.length > 0;
  return (
    <div className={`site ${theme}`} style={colours} role="img" aria-label={`${a.inboxes.preview}. ${a.inboxes.previewHint} ${settings.title[language]}. ${settings.greeting[language]}`} lang={language === 'zh' ? 'zh-CN' : 'en'}>
      <div className="site-lines" aria-hidden>
        <i />
        <i />
        <i />
      </div>
      <div className={`widget ${settings.position}`} aria-hidden>
        <div className="widget-panel">
          <div className="widget-head">
            <span className="widget-face">
              <Sparkle size={17} />
            </span>
            <span className="grow">
              <strong className="clip">{settings.title[language] || settings.title.en}</strong>
              <small className="clip">{own.atOnce}</small>
            </span>
            <Ellipsis size={15} />
            <X size={15} />
          </div>
          <div className="widget-log">
            {asks ? (
              <div className="widget-form">
                {fields.map((field, index) => (
                  <span key={index} className="widget-field">
                    <b>
                      {field.label[language] || field.label.en || field.label.zh || field.key}
                      {field.required ? ' *' : ''}
                    </b>
                    <i className={field.kind === 'checkbox' ? 'box' : ''}>{field.kind === 'select' ? field.options[0] : ''}</i>
                  </span>
                ))}
                <span className="widget-go">{own.start}</span>
              </div>
            ) : (
              <>
                <p className="widget-hello">{settings.greeting[language] || own.greeting}</p>
                <p className="widget-promise">{own.promise}</p>
                {suggestions.length > 0 ? (
                  <div className="widget-suggestions">
                    <b>{own.tryThese}</b>
                    {suggestions.map((one, index) => (
                      <span key={index}>{one}</span>
                    ))}
                  </div>
                ) : null}
                <p className="widget-customer">{says.customer}</p>
                <p className="widget-bot">
                  <b>{says.aiBadge}</b> {says.bot} <sup>1</sup>
                </p>
              </>
            )}
          </div>
          <div className="widget-human">
            <span>
              <UserRound size={13} /> {own.human}
            </span>
          </div>
          <div className="widget-foot">
            {settings.uploads.enabled ? <Paperclip size={15} /> : null}
            <span className="grow">{own.write}</span>
            <i>
              <ArrowUp size={14} />
            </i>
          </div>
        </div>
        <span className="widget-launcher">
          <MessageCircle size={22} />
        </span>
      </div>
    </div>
  );
}
