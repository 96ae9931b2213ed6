// The language model: which one writes answers, whether it can be reached, and what happens without one.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, Plug, Quote, Sparkles } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import * as admin from '../api/admin';
import { said, type ModelKind, type ModelSettings, type ModelWanted } from '../api/admin-wire';
import { Banner, Button } from '../kit/basics';
import { Check, SelectField, TextField } from '../kit/fields';
import { complain, toast } from '../kit/toast';
import { useUnsaved } from '../shell/leaving';
import { useLanguage, useWords } from '../words';
import { useAdminWords } from '../words/admin';
import { Choice } from './inputs';
import { complaints, Failed, Loading, Page } from './parts';

/** Addresses that people often need, so that nobody has to look them up. */
const PROVIDERS: { name: string; url: string; model: string; local?: boolean }[] = [
  { name: 'OpenAI', url: 'https://api.openai.com/v1', model: 'gpt-4.1-mini' },
  { name: 'DeepSeek', url: 'https://api.deepseek.com/v1', model: 'deepseek-chat' },
  { name: '通义千问 Qwen', url: 'https://dashscope.aliyuncs.com/compatible-mode/v1', model: 'qwen-plus' },
  { name: 'Moonshot', url: 'https://api.moonshot.cn/v1', model: 'moonshot-v1-8k' },
  { name: 'Ollama', url: 'http://127.0.0.1:11434/v1', model: 'qwen3:8b', local: true },
  { name: 'vLLM', url: 'http://127.0.0.1:8000/v1', model: '', local: true },
];

const KEY = ['admin', 'model'];

export default function Model() {
  const w = useWords();
  const a = useAdminWords();
  const found = useQuery({ queryKey: KEY, queryFn: admin.model, staleTime: 0 });
  return (
    <Page title={w.pages.model} lead={a.model.lead}>
      {found.isError ? <Failed error={found.error} again={() => void found.refetch()} /> : null}
      {found.isPending ? <Loading lines={6} /> : null}
      {found.data ? (
        <div className="admin-stack">
          <Now settings={found.data} />
          <Settings key={JSON.stringify(found.data)} kept={found.data} />
        </div>
      ) : null}
    </Page>
  );
}

function Now({ settings }: { settings: ModelSettings }) {
  const a = useAdminWords();
  const active = settings.active ?? (settings.kind === 'none' ? null : settings.model);
  return (
    <section className={`card model-now ${active ? 'on' : ''}`}>
      {active ? <Sparkles aria-hidden /> : <Quote aria-hidden />}
      <div>
        <h2>{active ? a.model.activeTitle(active) : a.model.noneTitle}</h2>
        <p className="muted">{settings.kind === 'cassette' ? a.model.cassette : active ? a.model.activeHint : a.model.noneHint}</p>
      </div>
    </section>
  );
}

function Settings({ kept }: { kept: ModelSettings }) {
  const a = useAdminWords();
  const language = useLanguage();
  const client = useQueryClient();
  const [kind, setKind] = useState<ModelKind>(kept.kind === 'openai' ? 'openai' : 'none');
  const [url, setUrl] = useState(kept.base_url);
  const [model, setModel] = useState(kept.model);
  const [key, setKey] = useState('');
  const [forget, setForget] = useState(false);
  const dirty = kind !== kept.kind || (kind === 'openai' && (url !== kept.base_url || model !== kept.model || key !== '' || forget));
  useUnsaved(dirty, a.leave);
  const tidy = (text: string) => text.trim().replace(/\/+$/, '');
  const moved = kept.set && tidy(url) !== tidy(kept.base_url);
  const wanted: ModelWanted = { kind, base_url: url.trim(), model: model.trim(), ...(key !== '' ? { api_key: key } : forget || moved ? { api_key: '' } : {}) };
  const test = useMutation({ mutationFn: () => admin.tryModel(wanted) });
  const save = useMutation({
    mutationFn: () => admin.chooseModel(wanted),
    onSuccess: (fresh) => {
      client.setQueryData(KEY, fresh);
      void client.invalidateQueries({ queryKey: ['admin', 'checklist'] });
      toast(a.model.saved);
    },
    onError: (error) => {
      if (complaints(error).size === 0) complain(error);
    },
  });
  const wrong = complaints(save.error ?? test.error);
  const provider = PROVIDERS.find((one) => one.url === tidy(url));
  return (
    <form
      className="admin-form"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {kept.source === 'settings' && kept.kind !== 'none' ? <Banner>{a.model.fromSettings}</Banner> : null}
      <Choice
        label={a.model.kind}
        value={kind}
        onChange={(next) => {
          setKind(next);
          test.reset();
        }}
        options={(['none', 'openai'] as const).map((value) => ({ value, label: a.model.kinds[value], hint: a.model.kindHints[value] }))}
      />
      {kind === 'openai' ? (
        <>
          <SelectField
            label={a.model.provider}
            value={provider?.name ?? ''}
            onChange={(event) => {
              const next = PROVIDERS.find((one) => one.name === event.target.value);
              setUrl(next?.url ?? '');
              setModel(next?.model ?? '');
              test.reset();
            }}
            options={[...PROVIDERS.map((one) => ({ value: one.name, label: one.local ? a.model.local(one.name) : one.name })), { value: '', label: a.model.custom }]}
          />
          <TextField label={a.model.url} hint={a.model.urlHint} className="mono" inputMode="url" spellCheck={false} value={url} placeholder="https://llm.example/v1" required onChange={(event) => setUrl(event.target.value)} error={wrong.get('base_url')} />
          <TextField label={a.model.name} hint={a.model.nameHint} className="mono" spellCheck={false} value={model} required onChange={(event) => setModel(event.target.value)} error={wrong.get('model')} />
          <TextField
            label={a.model.key}
            hint={moved ? a.model.keyMoved : kept.set && !forget ? a.model.keyKept : a.model.keyNone}
            type="password"
            autoComplete="new-password"
            value={key}
            placeholder={kept.set && !moved && !forget ? '••••••••••••' : ''}
            onChange={(event) => setKey(event.target.value)}
            error={wrong.get('api_key')}
          />
          {kept.set && !moved && key === '' ? <Check label={a.model.forget} checked={forget} onChange={(event) => setForget(event.target.checked)} /> : null}
          <p className="hint">{a.model.privacy}</p>
        </>
      ) : null}
      {test.data ? (
        <Banner tone={test.data.ok ? 'good' : 'bad'} icon={test.data.ok ? CircleCheck : CircleAlert} role="status">
          {test.data.ok ? (
            a.model.ok(String(test.data.took_ms))
          ) : (
            <>
              <strong>{a.model.notOk}.</strong> {test.data.error ? said(test.data.error, language) : ''}
            </>
          )}
        </Banner>
      ) : null}
      {test.error && wrong.size === 0 ? (
        <Banner tone="bad" icon={CircleAlert} role="alert">
          {test.error.message}
        </Banner>
      ) : null}
      <div className="row wrap">
        {kind === 'openai' ? (
          <Button icon={Plug} busy={test.isPending} disabled={url.trim() === '' || model.trim() === ''} onClick={() => test.mutate()}>
            {test.isPending ? a.model.testing : a.model.test}
          </Button>
        ) : null}
        <Button look="primary" type="submit" busy={save.isPending} disabled={!dirty}>
          {a.model.save}
        </Button>
      </div>
    </form>
  );
}
